#!/usr/bin/env python3
"""Tries, under the service's unit, what a service that has been taken over would try. Prints a line for each; exit code 1: one went
through."""
import ctypes
import os
import shutil
import socket
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    if function(*arguments) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def write(path):
    with open(path, "w", encoding="ascii") as file:
        file.write("x")


def run_copy(folder):
    path = folder + "/copied"
    shutil.copy("/usr/bin/true", path)
    try:
        subprocess.run([path], check=True)
    finally:
        os.unlink(path)


REFUSED = {
    "write /etc": lambda: write("/etc/probe"),
    "write /usr": lambda: write("/usr/lib/flaglinkd/adapters/probe.so"),
    "write /var/log": lambda: write("/var/log/probe"),
    "write /home": lambda: write("/home/probe"),
    "read the secrets": lambda: os.listdir("/etc/flaglinkd/secrets"),
    "exec /usr/bin/true": lambda: subprocess.run(["/usr/bin/true"], check=True),
    "exec from the state folder": lambda: run_copy("/var/lib/flaglinkd"),
    "exec from /tmp": lambda: run_copy("/tmp"),
    "exec from /dev/shm": lambda: run_copy("/dev/shm"),
    "AF_PACKET": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "AF_NETLINK": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "ptrace": lambda: call(libc.ptrace, 0, 0, 0, 0),
    "unshare": lambda: call(libc.unshare, 0x10000000),  # CLONE_NEWUSER
    "memory to write and run": lambda: __import__("mmap").mmap(-1, 4096, prot=7),
    "setuid": lambda: os.setuid(0),
}
ALLOWED = {
    "write the state folder": lambda: write("/var/lib/flaglinkd/probe"),
    "write /run/flaglinkd": lambda: write("/run/flaglinkd/probe"),
    "read its credentials": lambda: os.listdir(os.environ["CREDENTIALS_DIRECTORY"]),
}

wrong = 0
for table, expected in ((REFUSED, False), (ALLOWED, True)):
    for name, attempt in table.items():
        try:
            attempt()
            went_through, said = True, "went through"
        except OSError as error:
            went_through, said = False, f"refused: {error.strerror}"
        wrong += went_through != expected
        print(f"probe: {name}: {said}{'' if went_through == expected else '  <-- WRONG'}", flush=True)
sys.exit(wrong != 0)
