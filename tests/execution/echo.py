"""A helper for tests: answers each request with itself, unless the request tells it otherwise."""

import os
import signal
import subprocess
import sys
import time

from bench.jsonlines import Channel


def serve(channel, request):
    match request.get("do"):
        case "die":
            print("first words\nlast words\n", file=sys.stderr)
            sys.exit(request["status"])
        case "be killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "half a line":
            channel._answers.write('{"half": ')
            channel._answers.flush()
            os._exit(1)
        case "rubbish":
            channel._answers.buffer.write(b"\xff\xfe\n")
            channel._answers.flush()
        case "start a child":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            channel.send({"child": child.pid})
            return
        case "hang":
            time.sleep(600)
        case "close output":
            channel._answers.close()
            time.sleep(600)
        case "show environment":
            channel.send({name: os.environ.get(name) for name in request["names"]})
            return
        case "print":
            print("printed by Python")
            os.write(1, b"printed by C\n")
    channel.send(request)


if __name__ == "__main__":
    if sys.argv[1:] == ["refuse"]:
        sys.exit("no such thing")
    lines = Channel.on_standard_streams()
    for message in lines:
        serve(lines, message)
