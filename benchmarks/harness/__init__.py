"""What the benchmark is made of: a network with a delay, peers to compare with, and ways to measure."""
