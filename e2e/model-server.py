"""A bare llama.cpp server on 127.0.0.1: `model-server.py WEIGHTS PORT THREADS`. Prints `ready` once it listens."""

import sys
import time

from xllamacpp import CommonParams, Server

weights, port, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
parameters = CommonParams()
parameters.model.path = weights
parameters.hostnames = ["127.0.0.1"]
parameters.port = port
parameters.n_ctx = 8192
parameters.n_parallel = 1
parameters.cpuparams.n_threads = threads
parameters.cpuparams_batch.n_threads = threads
server = Server(parameters)
print("ready", flush=True)
while True:
    time.sleep(3600)
