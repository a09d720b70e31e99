//! The ratios as a picture.

use crate::table::{Row, Table};
use plotters::prelude::*;
use std::io;
use std::path::Path;

/// Draws how many times faster than textbook Kruskal `auto` is on each graph, on one thread and on
/// all, into `speed.svg`.
pub(crate) fn save(table: &Table, folder: &Path) -> io::Result<()> {
    draw(table, &folder.join("speed.svg")).map_err(|why| io::Error::other(why.to_string()))
}

fn draw(table: &Table, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let rows: Vec<&Row> = table.rows().iter().filter(|row| row.name == "auto").collect();
    let mut graphs: Vec<&str> = rows.iter().map(|row| row.graph.as_str()).collect();
    graphs.dedup();
    let ratio = |row: &Row| table.times(row, "textbook").unwrap_or(0.0);
    let most = rows.iter().map(|row| ratio(row)).fold(1.0, f64::max);
    let area = SVGBackend::new(path, (900, 40 + 34 * graphs.len() as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("times as fast as textbook Kruskal on one thread", ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(5)
        .build_cartesian_2d(-0.2 * most..most * 1.2, 0.0..graphs.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|x| if *x < 0.0 { String::new() } else { format!("{x:.0}") })
        .draw()?;
    for (place, graph) in graphs.iter().enumerate() {
        let top = (graphs.len() - place) as f64;
        let of_graph = rows.iter().filter(|row| row.graph == *graph).enumerate();
        for (bar, row) in of_graph {
            let (high, colour) =
                (top - 0.15 - 0.35 * bar as f64, if bar == 0 { BLUE } else { RED });
            let corners = [(0.0, high), (ratio(row), high - 0.33)];
            chart.draw_series([Rectangle::new(corners, colour.mix(0.6).filled())])?;
            let noun = if row.threads == 1 { "thread" } else { "threads" };
            let label = format!("{:.1} ({} {noun})", ratio(row), row.threads);
            let at = (ratio(row) + 0.05, high - 0.05);
            chart.draw_series([Text::new(label, at, ("sans-serif", 11))])?;
        }
        let at = (-0.19 * most, top - 0.35);
        chart.draw_series([Text::new((*graph).to_owned(), at, ("sans-serif", 13))])?;
    }
    area.present()?;
    Ok(())
}
