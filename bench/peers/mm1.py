"""An M/M/1 queue in SimPy 2.3 (Debian: python3-simpy), as its manual writes one.

usage: python3 mm1.py <customers> <mean gap> <mean service>
Prints the CPU seconds of the simulation and the mean time in the system.
"""
import random
import sys
import time

from SimPy.Simulation import Process, Resource, activate, hold, initialize, now, release, request, simulate

customers = int(sys.argv[1])
gap, service = float(sys.argv[2]), float(sys.argv[3])
random.seed(1)
total = 0.0


class Customer(Process):
    def visit(self, server):
        global total
        arrived = now()
        yield request, self, server
        yield hold, self, random.expovariate(1 / service)
        yield release, self, server
        total += now() - arrived


class Source(Process):
    def generate(self, server):
        for _ in range(customers):
            customer = Customer()
            activate(customer, customer.visit(server))
            yield hold, self, random.expovariate(1 / gap)


initialize()
source = Source()
activate(source, source.generate(Resource(capacity=1)))
begun = time.process_time()
simulate(until=1e12)
print(time.process_time() - begun, total / customers)
