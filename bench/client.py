"""The load generator as a process. usage: python -m bench.client PORT WRITE_KEY CONNECTIONS SECONDS EVENTS_A_SECOND"""

import json
import sys

import uvloop

from bench.load import run, templates


def main() -> None:
    """Send, and print what came back as JSON."""
    port, key, connections, seconds, rate = sys.argv[1:]
    bodies = templates(50, 100, people=100_000)
    load = uvloop.run(run(int(port), key, bodies, batch=100, connections=int(connections), seconds=float(seconds), rate=float(rate)))
    print(json.dumps({"events": load.events, "seconds": load.seconds, "latencies": load.latencies, "statuses": load.statuses}))


if __name__ == "__main__":
    main()
