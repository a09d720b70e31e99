// Computes the minimum spanning forest of a .mst file with the Parallel BGL, for the table of
// scripts/bench-distributed.
// Prints the median, the least and the most seconds of REPS runs, each from edges in memory, and
// the forest's weight.
//
//     mpicxx -O3 pbgl.cpp -lboost_graph_parallel -lboost_mpi -lboost_serialization
//     mpirun -n 2 ./a.out graph.mst REPS

#include <boost/graph/use_mpi.hpp>

#include <algorithm>
#include <boost/graph/distributed/adjacency_list.hpp>
#include <boost/graph/distributed/dehne_gotz_min_spanning_tree.hpp>
#include <boost/graph/distributed/mpi_process_group.hpp>
#include <boost/graph/distributed/vertex_list_adaptor.hpp>
#include <boost/graph/parallel/distribution.hpp>
#include <boost/mpi.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

using boost::graph::distributed::mpi_process_group;
using Graph = boost::adjacency_list<boost::vecS, boost::distributedS<mpi_process_group, boost::vecS>,
                                    boost::undirectedS, boost::no_property,
                                    boost::property<boost::edge_weight_t, std::uint32_t>>;
using Descriptor = boost::graph_traits<Graph>::edge_descriptor;

int main(int argc, char **argv) {
    boost::mpi::environment environment(argc, argv);
    boost::mpi::communicator world;
    std::ifstream file(argv[1], std::ios::binary);
    std::uint64_t header[4];
    file.read(reinterpret_cast<char *>(header), sizeof header);
    const std::uint64_t kind = header[1] >> 32, n = header[2], m = header[3];
    if (!file || kind != 1) {
        std::fprintf(stderr, "%s: no .mst file with unsigned weights of 32 bits\n", argv[1]);
        return 1;
    }
    std::vector<std::pair<std::size_t, std::size_t>> ends(m);
    std::vector<std::uint32_t> weights(m);
    for (std::uint64_t i = 0; i < m; ++i) {
        std::uint32_t edge[3];
        file.read(reinterpret_cast<char *>(edge), sizeof edge);
        ends[i] = {edge[0], edge[1]};
        weights[i] = edge[2];
    }
    Graph graph(ends.begin(), ends.end(), weights.begin(), n);
    auto weight = boost::get(boost::edge_weight, graph);
    std::vector<double> seconds;
    std::vector<Descriptor> forest;
    for (int repetition = 0; repetition <= std::atoi(argv[2]); ++repetition) {
        forest.clear();
        world.barrier();
        boost::mpi::timer timer;
        boost::graph::distributed::boruvka_then_merge(boost::graph::make_vertex_list_adaptor(graph), weight,
                                                      std::back_inserter(forest));
        seconds.push_back(boost::mpi::all_reduce(world, timer.elapsed(), boost::mpi::maximum<double>()));
    }
    // Rank 0 has the forest's edges, but some of their weights are on other ranks: the first pass
    // requests them.
    std::uint64_t total = 0;
    for (const Descriptor &edge : forest) total += get(weight, edge);
    synchronize(process_group(graph));
    if (world.rank() == 0) {
        total = 0;
        for (const Descriptor &edge : forest) total += get(weight, edge);
        std::sort(seconds.begin() + 1, seconds.end()); // the first run is the warm-up
        std::printf("%.6f %.6f %.6f %llu\n", seconds[1 + (seconds.size() - 1) / 2], seconds[1], seconds.back(),
                    (unsigned long long)total);
    }
    return 0;
}
