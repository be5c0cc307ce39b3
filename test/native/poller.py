# poller.py - looks into every process that it can see, again and again, as a hostile workload would.
# Prints what it could see of a process that has not become its program yet. Arguments: seconds, and
# "stop" to stop and continue each process on the way, or "look".
import os, signal, sys, time

end = time.monotonic() + float(sys.argv[1])
stops = sys.argv[2] == "stop"
own = {os.getpid(), os.getppid()}
found = set()


def attempt(what, action):
    try:
        return action()
    except OSError:
        return None


def look(pid):
    base = f"/proc/{pid}"
    exe = attempt("exe", lambda: os.readlink(f"{base}/exe"))
    if exe is not None and ("memfd" in exe or "sandbox" in exe):
        found.add(f"exe {exe}")
    environ = attempt("environ", lambda: open(f"{base}/environ", "rb").read()) or b""
    if b"CALLERS_SECRET" in environ:
        found.add("environ of the caller")
    for fd in attempt("fds", lambda: os.listdir(f"{base}/fd")) or []:
        seen_before_program(pid, f"fd {fd}", lambda: os.readlink(f"{base}/fd/{fd}"))
    for name in ("root", "cwd", "ns/mnt"):
        seen_before_program(pid, name, lambda: os.readlink(f"{base}/{name}"))
    for name in ("mem", "maps"):
        seen_before_program(pid, name, lambda: open(f"{base}/{name}", "rb").read(1))


def comm_of(pid):
    return attempt("comm", lambda: open(f"/proc/{pid}/comm").read().strip()) or ""


# Its name is the shim's until its program begins: what was seen before must still have that name.
def seen_before_program(pid, name, action):
    if not comm_of(pid).startswith("sandbox"):
        return
    seen = attempt(name, action)
    comm = comm_of(pid)
    if seen is not None and comm.startswith("sandbox"):
        found.add(f"{name} of {comm}: {seen if isinstance(seen, str) else 'opened'}")


rounds = 0
# On a busy machine some rounds more, but not for ever.
while time.monotonic() < end or (rounds <= 10 and time.monotonic() < end + 20):
    rounds += 1
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in own:
            continue
        if stops:
            attempt("stop", lambda: os.kill(int(name), signal.SIGSTOP))
        look(int(name))
        if stops:
            attempt("continue", lambda: os.kill(int(name), signal.SIGCONT))
print(f"rounds {rounds > 10}")
for each in sorted(found):
    print(f"seen: {each}")
