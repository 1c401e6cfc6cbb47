"""From a policy and a target to one judged result per gate.

A map of the rooms:

* ``core``     pure decisions: the nouns, the plan, judging, score. No I/O, no clock, no randomness.
* ``tools``    one adapter module per program of other people: command lines out, a report back.
* ``probes``   measuring programs of our own, run like any tool.
* ``load``     the programs handed to Locust.
* ``controls`` tiny known-bad inputs: the proof that a gate can fail.
* ``shell``    every side effect: processes, files, the network, the running service.
* ``catalog``  which tools exist; ``runner`` executes a plan; ``cli`` and ``commands`` are the door.
"""
