//! Words and names.

use super::Spanish;
use crate::report::language::{Heading, Noun, NumberStyle, Quantity, Vocabulary};
use crate::report::study::Origin;
use mst::measure::Phase;

impl Vocabulary for Spanish {
    fn code(&self) -> &'static str {
        "es"
    }

    fn style(&self) -> NumberStyle {
        NumberStyle { decimal: ',', group: '\u{202f}', least_grouped: 5 }
    }

    fn noun(&self, noun: Noun) -> [&'static str; 2] {
        match noun {
            Noun::Core => ["núcleo", "núcleos"],
            Noun::Edge => ["arista", "aristas"],
            Noun::Forest => ["bosque", "bosques"],
            Noun::Graph => ["grafo", "grafos"],
            Noun::Host => ["máquina", "máquinas"],
            Noun::Message => ["mensaje", "mensajes"],
            Noun::Point => ["ejecución", "ejecuciones"],
            Noun::Rank => ["proceso", "procesos"],
            Noun::Repetition => ["repetición", "repeticiones"],
            Noun::Row => ["fila", "filas"],
            Noun::Thread => ["hilo", "hilos"],
        }
    }

    fn question(&self, question: Heading) -> &'static str {
        match question {
            Heading::InShort => "En breve",
            Heading::Distributes => "¿Se distribuye el trabajo, y cómo se demuestra?",
            Heading::Right => "¿Es correcto el resultado?",
            Heading::Faster => "¿Cuánto más rápido es, y por qué no más?",
            Heading::Weak => "Un grafo que crece con los procesos",
            Heading::WhereIsTime => "¿En qué se va el tiempo?",
            Heading::WhichSize => "¿Desde qué tamaño conviene?",
            Heading::Prediction => "Lo que el modelo espera con más procesos",
            Heading::HowSure => "¿Qué tan seguro es esto?",
            Heading::Limits => "Límites de estas mediciones",
            Heading::Method => "Cómo se midió",
            Heading::Machines => "Máquinas",
            Heading::Network => "Red",
            Heading::Commands => "Comandos para repetirlo",
            Heading::Glossary => "Glosario",
        }
    }

    fn name(&self, name: Quantity) -> &'static str {
        match name {
            Quantity::Ranks => "procesos",
            Quantity::Rank => "proceso",
            Quantity::Host => "máquina",
            Quantity::Threads => "hilos por proceso",
            Quantity::Cores => "núcleos",
            Quantity::Time => "tiempo",
            Quantity::Median => "mediana",
            Quantity::Interval => "intervalo del 95 %",
            Quantity::Repetitions => "repeticiones",
            Quantity::Outliers => "valores atípicos",
            Quantity::Speedup => "aceleración",
            Quantity::Efficiency => "eficiencia",
            Quantity::SerialFraction => "fracción serial",
            Quantity::AgainstOneRank => "frente a un proceso",
            Quantity::AgainstBestLocal => "frente a la mejor ejecución local",
            Quantity::Ideal => "ideal",
            Quantity::Local => "local",
            Quantity::Distributed => "distribuido",
            Quantity::Crossing => "cruce",
            Quantity::Edges => "aristas m",
            Quantity::Vertices => "vértices n",
            Quantity::Components => "componentes",
            Quantity::Weight => "peso",
            Quantity::Checksum => "suma de control",
            Quantity::Proved => "demostrado",
            Quantity::Graph => "grafo",
            Quantity::Experiment => "experimento",
            Quantity::Combine => "combinación",
            Quantity::EdgesPerSecond => "aristas por segundo",
            Quantity::BytesReceived => "recibido por el proceso que más recibe",
            Quantity::BytesSent => "enviado",
            Quantity::Received => "recibido",
            Quantity::Bound => "cota",
            Quantity::Measured => "medido",
            Quantity::Model => "modelo",
            Quantity::OwnForest => "bosque propio",
            Quantity::Waiting => "espera",
            Quantity::Processor => "procesador",
            Quantity::Memory => "memoria libre",
            Quantity::System => "kernel",
            Quantity::Library => "biblioteca MPI",
            Quantity::Latency => "latencia",
            Quantity::Bandwidth => "ancho de banda",
            Quantity::Between => "entre",
            Quantity::When => "medido (UTC)",
            Quantity::Yes => "sí",
            Quantity::No => "no",
        }
    }

    fn phase(&self, phase: Phase) -> &'static str {
        match phase {
            Phase::Other => "otros",
            Phase::Read => "lectura",
            Phase::Local => "bosque propio",
            Phase::Contract => "contracción",
            Phase::Exchange => "intercambio",
            Phase::Merge => "fusión",
            Phase::Verify => "demostración",
        }
    }

    fn experiment(&self, name: &str) -> String {
        match name {
            "strong" => "escalabilidad fuerte",
            "weak" => "escalabilidad débil",
            "crossover" => "cruce",
            "compare" => "comparación",
            "grid" => "cuadrícula",
            "" => "–",
            other => other,
        }
        .to_owned()
    }

    fn origin(&self, origin: Origin) -> &'static str {
        match origin {
            Origin::Build => "compilaciones de mst",
            Origin::Machine => "máquinas",
            Origin::Library => "bibliotecas MPI",
            Origin::Schema => "versiones de las columnas",
        }
    }

    fn glossary(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "Bosque de expansión mínima",
                "Aristas que conectan lo mismo que el grafo, sin ciclos y con el menor peso total. \
                 Tiene n − c aristas si el grafo tiene c componentes.",
            ),
            (
                "Proceso (rank)",
                "Un proceso del trabajo MPI, con su propia memoria y su parte de las aristas.",
            ),
            (
                "Máquina (host)",
                "Una de las computadoras; los procesos en máquinas distintas se comunican por la red.",
            ),
            (
                "Ejecución local",
                "Un solo proceso con todas las aristas, en los núcleos de una máquina. La versión \
                 distribuida se compara con la más rápida de ellas.",
            ),
            (
                "Mediana y su intervalo del 95 %",
                "La mitad de las repeticiones tarda menos que la mediana. Si la medición se repitiera \
                 muchas veces, 95 de cada 100 de estos intervalos contendrían la mediana verdadera.",
            ),
            (
                "Aceleración (speed-up)",
                "La mediana del tiempo de una ejecución dividida entre la de otra.",
            ),
            (
                "Eficiencia",
                "La aceleración frente a un proceso, dividida entre el número de procesos.",
            ),
            (
                "Escalabilidad fuerte y débil",
                "Fuerte: el mismo grafo con más procesos. Débil: un grafo que crece con los procesos.",
            ),
            (
                "Ley de Amdahl",
                "Si una parte f del trabajo no se puede dividir, ningún número de procesos es más de \
                 1/f veces más rápido.",
            ),
            (
                "Ley de Gustafson",
                "Si el trabajo divisible crece con p procesos, estos hacen p − f (p − 1) veces el \
                 trabajo de uno en el mismo tiempo.",
            ),
            (
                "Fracción serial (Karp y Flatt)",
                "La f de la ley de Amdahl que explica una aceleración medida S con p procesos: \
                 (1/S − 1/p) / (1 − 1/p). Si aumenta con p, crece la comunicación o el desbalance.",
            ),
            (
                "Fases",
                "Bosque propio: cada proceso resuelve su parte. Contracción: lo que un proceso sabe con \
                 certeza por sí solo. Intercambio: lo que todos los procesos se comunican. Fusión: los \
                 bosques se unen en uno.",
            ),
        ]
    }

    fn title(&self) -> &'static str {
        "Bosques de expansión mínima: una máquina frente a varias"
    }

    fn figure(&self) -> &'static str {
        "Figura"
    }

    fn contents(&self) -> &'static str {
        "Contenido"
    }

    fn list(&self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => {
                let and = if begins_with_i(last) { "e" } else { "y" };
                format!("{} {and} {last}", first.join(", "))
            }
        }
    }

    fn method(&self) -> &'static [&'static str] {
        &[
            "Un tiempo es tiempo de reloj desde una barrera, con todas las aristas en memoria, hasta \
             que termina el último proceso. La lectura y la demostración se miden aparte.",
            "Cada ejecución se hace una vez como calentamiento, que no cuenta, y luego se repite.",
            "Los tiempos son medianas. Su intervalo del 95 % se obtiene por estadísticos de orden, sin \
             suponer una distribución (Hoefler y Belli, SC'15). Un barrido repite hasta que el \
             intervalo queda dentro del 5 %, o hasta un límite; detenerse en un buen momento lo hace \
             ligeramente optimista.",
            "Un barrido mide en orden aleatorio, para que una máquina que se vuelve más lenta no \
             parezca un efecto.",
            "Solo se afirma que dos tiempos difieren si sus intervalos no se traslapan.",
        ]
    }
}

/// Whether «y» becomes «e» before this word.
fn begins_with_i(word: &str) -> bool {
    let word = word.to_lowercase();
    let sound = word.strip_prefix('h').unwrap_or(&word);
    sound.starts_with(['i', 'í']) && !sound.starts_with("ia") && !sound.starts_with("ie")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn y_becomes_e_before_the_same_sound() {
        let list = |words: &[&str]| {
            Spanish.list(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(list(&["vm1"]), "vm1");
        assert_eq!(list(&["vm1", "vm2", "vm3"]), "vm1, vm2 y vm3");
        assert_eq!(list(&["red", "intercambio"]), "red e intercambio");
        assert_eq!(list(&["nodo", "hielo"]), "nodo y hielo");
    }
}
