//! The plots.

use crate::runs::Run;
use crate::table::FIELD;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::path::Path;

type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Ways and their colours; those that contract first are drawn thinner and lighter.
const WAYS: [(&str, RGBColor); 4] = [
    ("gather", RGBColor(200, 60, 60)),
    ("tree", RGBColor(210, 140, 30)),
    ("filter", RGBColor(40, 100, 200)),
    ("boruvka", RGBColor(50, 150, 80)),
];

/// Draws what the busiest rank receives over the number of ranks, a chart for each graph.
pub(crate) fn traffic(runs: &[Run], path: &Path) -> Drawn {
    let mut graphs: Vec<&str> = runs.iter().map(|run| run.graph.as_str()).collect();
    graphs.dedup();
    let area = SVGBackend::new(path, (1000, 760)).into_drawing_area();
    area.fill(&WHITE)?;
    for (area, graph) in area.split_evenly((2, 2)).iter().zip(graphs) {
        let runs: Vec<&Run> = runs.iter().filter(|run| run.graph == graph).collect();
        chart(area, graph, &runs)?;
    }
    Ok(area.present()?)
}

fn chart(area: &DrawingArea<SVGBackend<'_>, Shift>, graph: &str, runs: &[&Run]) -> Drawn {
    let name = graph.split(",a=").next().unwrap_or(graph);
    let megabytes = |run: &Run| (run.received as f64 / 1e6).max(1e-3);
    let shown = || runs.iter().filter(|run| !run.combine.starts_with("shuffle"));
    let most = shown().map(|run| megabytes(run)).fold(0.0, f64::max);
    let least = shown().map(|run| megabytes(run)).fold(f64::INFINITY, f64::min);
    let mut chart = ChartBuilder::on(area)
        .caption(format!("MB received by the busiest rank: {name}"), ("sans-serif", 15))
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(52)
        .build_cartesian_2d(1.0..8.0, (least * 0.8..most * 1.3).log_scale())?;
    let number = |y: &f64| if *y < 1.0 { format!("{y:.2}") } else { format!("{y:.0}") };
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(8)
        .x_label_formatter(&|log: &f64| format!("{:.0} ranks", log.exp2()))
        .y_label_formatter(&number)
        .draw()?;
    for (prefix, strength, width) in [("", 1.0, 2), ("contract+", 0.5, 1)] {
        for (way, colour) in WAYS {
            let name = format!("{prefix}{way}");
            let of_way = runs.iter().filter(|run| run.combine == name);
            let points: Vec<(f64, f64)> =
                of_way.map(|run| ((run.ranks as f64).log2(), megabytes(run))).collect();
            let style = colour.mix(strength).stroke_width(width);
            chart
                .draw_series(LineSeries::new(points, style))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        }
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.8))
        .draw()?;
    Ok(())
}

/// Draws how many times as fast as KaMSTa auto is on 2 and 4 ranks.
pub(crate) fn times(runs: &[Run], path: &Path) -> Drawn {
    let ratio = |graph: &str, ranks: usize, theirs: f64| {
        let run = runs.iter().find(|run| run.auto && run.graph == graph && run.ranks == ranks);
        run.map_or(0.0, |run| theirs / run.seconds)
    };
    let rows: Vec<(&str, [f64; 2])> = FIELD
        .iter()
        .map(|(graph, name, field, _)| {
            (*name, [ratio(graph, 2, field[0]), ratio(graph, 4, field[1])])
        })
        .collect();
    let most = rows.iter().flat_map(|(_, ratios)| *ratios).fold(1.0, f64::max);
    let area = SVGBackend::new(path, (900, 60 + 46 * rows.len() as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("times as fast as KaMSTa on the same machine", ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(30)
        .build_cartesian_2d(-0.25 * most..most * 1.2, 0.0..rows.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|x| if *x < 0.0 { String::new() } else { format!("{x:.0}") })
        .draw()?;
    for (place, (name, ratios)) in rows.iter().enumerate() {
        let top = (rows.len() - place) as f64;
        for (bar, (ratio, ranks)) in ratios.iter().zip([2, 4]).enumerate() {
            let high = top - 0.12 - 0.4 * bar as f64;
            let colour = [BLUE, RED][bar].mix(0.6);
            chart.draw_series([Rectangle::new(
                [(0.0, high), (*ratio, high - 0.36)],
                colour.filled(),
            )])?;
            let label = format!("{ratio:.1} ({ranks} ranks)");
            chart.draw_series([Text::new(
                label,
                (ratio + 0.1, high - 0.08),
                ("sans-serif", 11),
            )])?;
        }
        chart.draw_series([Text::new(*name, (-0.24 * most, top - 0.4), ("sans-serif", 13))])?;
    }
    Ok(area.present()?)
}
