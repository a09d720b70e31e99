//! Sentences.

use super::Spanish;
use crate::report::language::{Messages, Noun, Sentences, Setting};
use crate::report::points::SpeedDifference;

impl Sentences for Spanish {
    fn made_by(&self, version: &str, rows: &str, first: &str, last: &str) -> String {
        let when = match first == last {
            true => format!("el {first}"),
            false => format!("del {first} al {last}"),
        };
        format!("Escrito por mst {version} a partir de {rows}, medidas {when}.")
    }

    fn setting(&self, setting: Setting) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(setting.ranks, Noun::Rank);
        let hosts = say.count(setting.hosts, Noun::Host);
        format!("{ranks} en {hosts}, m = {}", say.integer(setting.m))
    }

    fn distributed(&self, ranks: u64, hosts: u64) -> String {
        let say: &dyn Messages = self;
        let (ranks, hosts) = (say.count(ranks, Noun::Rank), say.count(hosts, Noun::Host));
        format!("El trabajo se distribuyó: participaron hasta {ranks} en {hosts}.")
    }

    fn one_host(&self, ranks: u64) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!(
            "El trabajo se repartió entre hasta {ranks}, pero todos en una sola máquina: esto muestra \
             el programa, no una red."
        )
    }

    fn nothing_distributed(&self) -> &'static str {
        "No se distribuyó nada: todas las ejecuciones tuvieron un solo proceso."
    }

    fn how_distributed(&self, setting: Setting, edges_each: &str, combine: &str) -> String {
        format!(
            "Cada proceso es independiente y solo tiene su parte de las aristas. En la ejecución más \
             grande ({}), cada uno tenía unas {edges_each}, encontró el bosque de estas, y después los \
             procesos formaron un solo bosque mediante «{combine}».",
            self.setting(setting)
        )
    }

    fn traffic(&self, bytes: &str, messages: u64) -> String {
        let say: &dyn Messages = self;
        let messages = say.count(messages, Noun::Message);
        format!(
            "En cada repetición viajaron {bytes} entre procesos en {messages}; una función local que \
             se llama otra vez no enviaría ninguno. La tabla muestra lo que hizo cada proceso en la \
             repetición del tiempo mediano. El bosque tiene la misma suma de control con cualquier \
             número de procesos."
        )
    }

    fn same_forest(&self, forests: u64, graphs: u64) -> String {
        let say: &dyn Messages = self;
        let (forests, graphs) = (say.count(forests, Noun::Forest), say.count(graphs, Noun::Graph));
        format!(
            "Se encontraron {forests} de {graphs}, con distintos números de procesos e hilos: todos \
             los de un mismo grafo tienen la misma suma de control."
        )
    }

    fn different_forests(&self, graphs: &str) -> String {
        format!(
            "INCORRECTO: hay bosques del mismo grafo con distinta suma de control ({graphs}). O bien su \
             archivo cambió entre las ejecuciones, o bien es un error de mst: por favor, repórtelo."
        )
    }

    fn proved(&self, proved: u64, graphs: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "Para {} de {} se demostró que un bosque es generador, acíclico y mínimo. La demostración \
             no usa ningún algoritmo de solución: compara cada arista del grafo con la más pesada del \
             camino entre sus extremos en el bosque.",
            say.integer(proved),
            say.count(graphs, Noun::Graph)
        )
    }

    fn proved_for_all(&self) -> &'static str {
        "Por las sumas de control, vale para todas las ejecuciones."
    }

    fn compared(
        &self,
        verdict: SpeedDifference,
        factor: &str,
        at: &str,
        local: &str,
        distributed: &str,
    ) -> String {
        match verdict {
            SpeedDifference::Faster(_) => format!(
                "Con {at}, la versión distribuida es {factor} veces más rápida que la mejor ejecución \
                 local: {distributed} frente a {local}."
            ),
            SpeedDifference::Slower(_) => format!(
                "Con {at}, la versión distribuida es {factor} veces más lenta que la mejor ejecución \
                 local: {distributed} frente a {local}."
            ),
            SpeedDifference::Unclear => format!(
                "Con {at}, no se observa diferencia entre la versión distribuida ({distributed}) y la \
                 mejor ejecución local ({local}): sus intervalos se traslapan."
            ),
            SpeedDifference::Single => format!(
                "Con {at}, una repetición tardó {distributed} distribuida y {local} en la mejor \
                 ejecución local; con una sola repetición no se puede mostrar una diferencia."
            ),
        }
    }

    fn communication(&self, share: &str, waiting: &str) -> String {
        format!(
            "El intercambio y la fusión ocupan el {share} del tiempo distribuido; en promedio, un \
             proceso espera a los demás durante el {waiting}."
        )
    }

    fn best_local(&self, threads: u64, algorithm: &str, time: &str) -> String {
        let say: &dyn Messages = self;
        let threads = say.count(threads, Noun::Thread);
        format!(
            "La ejecución por superar es la más rápida en una máquina: {algorithm} con {threads}, \
             {time}. Una aceleración frente a un solo proceso lento sería engañosa."
        )
    }

    fn one_rank_speedup(
        &self,
        verdict: SpeedDifference,
        ranks: u64,
        speedup: &str,
        efficiency: &str,
    ) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        match verdict {
            SpeedDifference::Faster(_) => format!(
                "Frente a un proceso con igual número de hilos, {ranks} logran una aceleración de \
                 {speedup}, es decir, una eficiencia del {efficiency}."
            ),
            SpeedDifference::Slower(_) => format!(
                "Frente a un proceso con igual número de hilos, {ranks} tienen una aceleración de \
                 {speedup}: son más lentos que él."
            ),
            SpeedDifference::Unclear | SpeedDifference::Single => format!(
                "Frente a un proceso con igual número de hilos, {ranks} no muestran una diferencia \
                 clara (aceleración {speedup})."
            ),
        }
    }

    fn karp_flatt(&self, ranks: u64, fraction: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!("Según Karp y Flatt, equivale a una fracción serial de {fraction} con {ranks}.")
    }

    fn karp_flatt_rises(&self, first: &str, last: &str) -> String {
        format!(
            "Sube de {first} a {last}: lo que se pierde no es solo trabajo indivisible, sino \
             comunicación o desbalance que crece con el número de procesos."
        )
    }

    fn karp_flatt_above_one(&self) -> &'static str {
        "Por encima de 1, los procesos cuestan más de lo que ahorran."
    }

    fn karp_flatt_negative(&self) -> &'static str {
        "Una fracción negativa significa más aceleración que procesos: las partes más pequeñas caben \
         en la caché, o el algoritmo para varios procesos hace menos trabajo. No es una ganancia de la \
         distribución."
    }

    fn amdahl(&self, limit: &str) -> String {
        format!(
            "Si esa fracción se mantuviera, la ley de Amdahl permitiría a lo sumo {limit} veces la \
             velocidad de un proceso, con cualquier número de procesos."
        )
    }

    fn weak_text(&self, edges: &str, ranks: u64, one: &str, all: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!(
            "Con {edges} por proceso, un proceso tarda {one} y {ranks} tardan {all}. Si distribuir no \
             costara nada, ambos tiempos serían iguales."
        )
    }

    fn gustafson(&self, ranks: u64, scaled: &str, fraction: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!(
            "Así, {ranks} hacen {scaled} veces el trabajo de uno en el mismo tiempo: según la ley de \
             Gustafson, una fracción serial de {fraction}."
        )
    }

    fn phases_text(&self, setting: Setting, largest: &str, share: &str) -> String {
        format!(
            "Con {}, la parte más grande es «{largest}»: el {share} del tiempo de las fases en el \
             proceso más lento.",
            self.setting(setting)
        )
    }

    fn imbalance_text(&self, slowest: &str, ratio: &str) -> String {
        format!(
            "El proceso {slowest} es el que más tarda en su propio bosque: {ratio} veces la media de \
             los procesos."
        )
    }

    fn traffic_text(&self, ranks: u64, bytes: &str, share: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!(
            "Con {ranks}, el que más recibe, recibe {bytes}: el {share} de la cota que su forma de \
             combinar respeta para cualquier grafo de este tamaño."
        )
    }

    fn crossing_at(&self, m: &str) -> String {
        format!("Distribuir conviene a partir de unas {m} aristas: allí se cruzan los dos tiempos.")
    }

    fn crossing_always(&self, m: &str) -> String {
        format!("Distribuir conviene en todos los tamaños medidos, a partir de {m} aristas.")
    }

    fn crossing_expected(&self, largest: &str, m: &str) -> String {
        format!(
            "Distribuir no conviene en ninguno de los tamaños medidos de este grafo, hasta {largest} aristas. Si la \
             razón sigue cambiando como entre los dos más grandes, los tiempos se cruzan cerca de {m} aristas; es una conjetura."
        )
    }

    fn crossing_not_in_sight(&self, m: &str) -> String {
        format!(
            "Distribuir no conviene en ninguno de los tamaños medidos de este grafo, hasta {m} aristas, y los tiempos \
             no se acercan lo suficiente para decir desde qué tamaño convendría."
        )
    }

    fn rate_text(&self, local: &str, distributed: &str) -> String {
        format!(
            "En el tamaño más grande, una máquina procesa {local} aristas por segundo; todos los \
             procesos juntos, {distributed}."
        )
    }

    fn no_sizes(&self) -> &'static str {
        "Estas filas solo tienen grafos de un tamaño, así que no pueden decirlo. El comando mst sweep \
         crossover lo mide."
    }

    fn prediction_text(&self, best_ranks: u64, best_time: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(best_ranks, Noun::Rank);
        format!(
            "Esto es una predicción, no una medición. Para este grafo y esta red, el modelo espera el \
             menor tiempo con {ranks}: {best_time}."
        )
    }

    fn prediction_stays(&self) -> &'static str {
        "Esto es una predicción, no una medición. Para este grafo y esta red, el modelo espera que \
         ningún número de procesos sea más rápido que uno."
    }

    fn prediction_error(&self, factor: &str) -> String {
        format!(
            "En los puntos que se midieron, el modelo y el reloj difieren hasta en un factor de \
             {factor}."
        )
    }

    fn prediction_assumes(&self, latency: &str, bandwidth: &str) -> String {
        format!(
            "Supone un proceso por máquina, un grafo aleatorio y el enlace más lento, en su mejor momento: \
             {latency}, {bandwidth}. Su velocidad se ajusta al tiempo de un proceso."
        )
    }

    fn sureness(&self, points: u64, within: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "De {}, {} {} una mediana conocida dentro del 5 %, con una confianza del 95 %.",
            say.count(points, Noun::Point),
            say.integer(within),
            if within == 1 { "tiene" } else { "tienen" }
        )
    }

    fn outliers(&self, outliers: u64, repetitions: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "De {}, {} quedan muy lejos de las demás (más de 1,5 veces la distancia entre cuartiles). \
             Todas se conservan y se dibujan.",
            say.count(repetitions, Noun::Repetition),
            say.integer(outliers)
        )
    }

    fn no_limits(&self) -> &'static str {
        "No se encontró ninguno."
    }

    fn limit_one_host(&self, host: &str) -> String {
        format!(
            "Todos los procesos corrieron en una sola máquina ({host}): no intervino ninguna red."
        )
    }

    fn limit_one_kernel(&self, hosts: &str) -> String {
        format!(
            "{hosts} son contenedores o espacios de nombres de una sola máquina: comparten sus núcleos \
             y su memoria, y su red está dentro de ella."
        )
    }

    fn limit_shared_cores(&self, points: u64, cores: u64, threads: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "En {} los hilos comparten núcleos: en una de ellas, {} en {}. Allí más procesos no pueden \
             ser más rápidos.",
            say.count(points, Noun::Point),
            say.count(threads, Noun::Thread),
            say.count(cores, Noun::Core)
        )
    }

    fn limit_few_repetitions(&self, points: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "Menos de 6 repeticiones en {}: allí no hay intervalo de la mediana y se usa el rango en su \
             lugar.",
            say.count(points, Noun::Point)
        )
    }

    fn limit_wide(&self, points: u64) -> String {
        let say: &dyn Messages = self;
        format!("En {} el intervalo supera el 5 % hacia un lado.", say.count(points, Noun::Point))
    }

    fn limit_not_proved(&self, graphs: &str) -> String {
        format!("No se demostró ningún bosque de {graphs}.")
    }

    fn limit_link_changed(&self, between: &str, least: &str, most: &str) -> String {
        format!("El enlace entre {between} cambió: {least} una vez y {most} otra.")
    }

    fn limit_no_machines(&self) -> &'static str {
        "Junto a las filas no hay un archivo de máquinas (lo escribe mst sweep), así que no se conocen \
         ni los procesadores ni los enlaces, y no se predice nada."
    }

    fn limit_mixed(&self, what: &str, values: &str) -> String {
        format!(
            "Se mezclan filas de distintas {what} ({values}): las diferencias pueden venir de ahí."
        )
    }

    fn limit_several_times(&self, points: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "Mediciones hechas en varios momentos en {}; cuentan todas sus repeticiones.",
            say.count(points, Noun::Point)
        )
    }

    fn limit_no_local(&self) -> &'static str {
        "No hay ningún grafo con ejecuciones de un proceso y de varios, así que no se puede comparar \
         nada."
    }

    fn rows_are_from(&self, files: &str) -> String {
        format!(
            "Las filas están en {files}. Estos comandos las midieron y escribieron este informe:"
        )
    }
}
