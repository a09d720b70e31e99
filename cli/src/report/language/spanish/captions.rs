//! What figures and tables show.

use super::Spanish;
use crate::report::language::{Captions, Sentences, Setting};

impl Captions for Spanish {
    fn ranks_caption(&self, setting: Setting) -> String {
        format!("lo que hizo cada proceso ({})", self.setting(setting))
    }

    fn graphs_caption(&self) -> &'static str {
        "los grafos y sus bosques"
    }

    fn time_caption(&self, graph: &str) -> String {
        format!(
            "Tiempo según el número de procesos ({graph}). Las marcas son medianas con sus intervalos \
             del 95 %; los puntos, repeticiones individuales; la línea gris, el tiempo de un \
             proceso dividido entre el número de procesos."
        )
    }

    fn speedup_caption(&self) -> &'static str {
        "Aceleración y eficiencia, a partir de medianas; las barras de error provienen de los \
         intervalos de ambas medianas. Frente a la mejor ejecución local, la eficiencia cuenta hilos."
    }

    fn serial_caption(&self) -> &'static str {
        "La fracción serial según Karp y Flatt. Una línea horizontal indica trabajo que no se puede \
         dividir; una que sube, comunicación o desbalance que crece con los procesos."
    }

    fn scaling_caption(&self, graph: &str) -> String {
        format!("escalabilidad de {graph}")
    }

    fn weak_caption(&self) -> &'static str {
        "Escalabilidad débil: el grafo crece con los procesos. La línea gris es el tiempo de un \
         proceso; los puntos son repeticiones individuales."
    }

    fn phases_caption(&self, graph: &str) -> String {
        format!(
            "Fases ({graph}), medianas: a la izquierda el proceso más lento de cada fase, a la derecha \
             la media de los procesos. Las fases de distintos procesos se traslapan, así que la barra \
             izquierda puede superar el tiempo total."
        )
    }

    fn imbalance_caption(&self, setting: Setting) -> String {
        format!(
            "Desbalance: el tiempo de cada proceso por fase, en la repetición del tiempo mediano ({}). \
             El rombo es la parte en la que el proceso esperó a otros.",
            self.setting(setting)
        )
    }

    fn traffic_caption(&self, graph: &str) -> String {
        format!(
            "Bytes que recibe el proceso que más recibe, según el número de procesos ({graph}), junto \
             a la cota que se conoce antes de la ejecución."
        )
    }

    fn crossing_caption(&self, crosses: bool) -> String {
        let line = if crosses { " La línea vertical es el cruce." } else { "" };
        format!(
            "Local frente a distribuido: tiempo según el número de aristas. Las marcas son medianas \
             con sus intervalos del 95 %; los puntos, repeticiones individuales.{line}"
        )
    }

    fn rate_caption(&self) -> &'static str {
        "Aristas por segundo según el número de aristas, a partir de medianas."
    }

    fn prediction_caption(&self) -> &'static str {
        "Predicción del modelo, con las medianas medidas."
    }

    fn all_points_caption(&self) -> &'static str {
        "todas las ejecuciones"
    }

    fn machines_caption(&self, when: &str) -> String {
        format!("máquinas, tal como se encontraron el {when} (UTC)")
    }

    fn links_caption(&self) -> &'static str {
        "enlaces entre máquinas: la latencia de un mensaje corto y el ancho de banda en el sentido más \
         lento"
    }
}
