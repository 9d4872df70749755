"""`./dev faults`: every fault that we promise to survive, on real processes and sockets; a tool beside the product, like benchmarks."""
