#!/usr/bin/env python3
"""Compiles the kernels of src/nn/gpu/kernels with real NVRTC, which needs neither a GPU nor CUDA's toolkit.

    tests/gpu/kernels.py ptx            writes src/nn/gpu/kernels.ptx.zst, which is shipped in the binary
    tests/gpu/kernels.py ptx --check    compares it with what the sources give; exit code 1 where it is out of date
    tests/gpu/kernels.py registers      compiles for each generation of cards; lists registers, fails on spills

PTX is taken by every driver that is at least as new as the NVRTC that made it, and by every card from its architecture
on. So the shipped one comes from an old NVRTC; the newest one knows the newest cards.

NVRTC and zstandard come from PyPI, once, into target/kernels. Exit code 3: they could not be had.
"""

import ctypes
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src/nn/gpu/kernels"
SHIPPED = ROOT / "src/nn/gpu/kernels.ptx.zst"
PACKAGES = ROOT / "target/kernels"
OLD_NVRTC = ("nvidia-cuda-nvrtc-cu11==11.8.89", "nvidia/cuda_nvrtc/lib/libnvrtc.so.11.2")
NEW_NVRTC = ("nvidia-cuda-nvrtc==13.0.88", "nvidia/cu13/lib/libnvrtc.so.13")
ZSTANDARD = "zstandard==0.25.0"
ARCHITECTURE = "compute_70"
CARDS = ["sm_75", "sm_80", "sm_90", "sm_120"]


def package(requirement):
    """The folder that a package of PyPI is installed in."""
    folder = PACKAGES / requirement
    if not folder.exists():
        whole = folder.with_name(folder.name + ".part")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        pip += ["--root-user-action", "ignore", "--retries", "1", "--timeout", "15", "--upgrade", "--target", str(whole), requirement]
        if subprocess.run(pip, check=False).returncode != 0:
            print(f"{requirement} could not be installed from PyPI", file=sys.stderr)
            sys.exit(3)
        whole.rename(folder)
    return folder


def source():
    """All kernels as one program: what they share first, in the order of the names."""
    files = sorted(SOURCES.glob("*.cu"), key=lambda file: (not file.name.startswith("common"), file.name))
    return "\n".join(file.read_text() for file in files)


class Compiler:
    """NVRTC, with the arguments that its functions take here."""

    def __init__(self, requirement, library):
        path = package(requirement) / library
        # NVRTC opens its built-in functions by their bare name: they must be loaded before.
        for builtins in path.parent.glob("libnvrtc-builtins.so*"):
            ctypes.CDLL(str(builtins), mode=ctypes.RTLD_GLOBAL)
        self.library = ctypes.CDLL(str(path))

    def compile(self, architecture, *options):
        """The PTX (for compute_XY) or machine code (for sm_XY), and what the compiler says."""
        program = ctypes.c_void_p()
        options = [f"--gpu-architecture={architecture}".encode(), b"--std=c++17", *options]
        text = source().encode()
        self.call("nvrtcCreateProgram", ctypes.byref(program), text, b"kernels.cu", 0, None, None)
        array = (ctypes.c_char_p * len(options))(*options)
        failed = self.library.nvrtcCompileProgram(program, len(options), array)
        log = self.text(program, "ProgramLog")
        if failed:
            sys.exit(f"{architecture}: the kernels do not compile:\n{log}")
        kind = "PTX" if architecture.startswith("compute") else "CUBIN"
        image = self.bytes(program, kind)
        self.call("nvrtcDestroyProgram", ctypes.byref(program))
        return image, log

    def bytes(self, program, what):
        size = ctypes.c_size_t()
        self.call(f"nvrtcGet{what}Size", program, ctypes.byref(size))
        image = ctypes.create_string_buffer(size.value)
        self.call(f"nvrtcGet{what}", program, image)
        return image.raw

    def text(self, program, what):
        return self.bytes(program, what).rstrip(b"\0").decode()

    def call(self, function, *arguments):
        result = getattr(self.library, function)(*arguments)
        if result != 0:
            sys.exit(f"{function}: error {result} of NVRTC")


def check_alignment(text):
    """Fails where a kernel reads several numbers of shared memory at once that is not aligned for it.

    Such a read is an error on a card, and neither the compiler nor a processor tells.
    """
    for kernel, body in re.findall(r"^\.visible \.entry (\w+)\((.*?)^}", text, re.S | re.M):
        widths = [int(count) * int(bits) // 8 for count, bits in re.findall(r"\.shared\.v([24])\.[a-z](\d+)", body)]
        aligned = [int(bytes_) for bytes_ in re.findall(r"\.shared \.align (\d+)", body)]
        if widths and min(aligned, default=0) < max(widths):
            sys.exit(f"{kernel} reads {max(widths)} bytes of shared memory at once: it needs __align__({max(widths)})")


def ptx(check):
    """Writes the shipped PTX, or compares it."""
    sys.path.insert(0, str(package(ZSTANDARD)))
    import zstandard  # pylint: disable=import-error,import-outside-toplevel

    text, _ = Compiler(*OLD_NVRTC).compile(ARCHITECTURE)
    text = text.rstrip(b"\0")
    check_alignment(text.decode())
    if check:
        shipped = zstandard.ZstdDecompressor().decompress(SHIPPED.read_bytes()) if SHIPPED.exists() else b""
        if shipped != text:
            sys.exit(f"{SHIPPED.relative_to(ROOT)} is not what the kernels give: run tests/gpu/kernels.py ptx")
        print(f"{SHIPPED.relative_to(ROOT)} is up to date")
        return
    SHIPPED.write_bytes(zstandard.ZstdCompressor(level=19).compress(text))
    print(f"{SHIPPED.relative_to(ROOT)}: {len(text)} bytes, {SHIPPED.stat().st_size} compressed")


def registers():
    """Compiles for each generation of cards and lists what each kernel uses; spills to memory are a failure."""
    compiler, spills = Compiler(*NEW_NVRTC), []
    for card in CARDS:
        _, log = compiler.compile(card, b"--ptxas-options=-v")
        kernels = re.findall(r"Compiling entry function '(\w+)'(.*?)(?=Compiling entry function|\Z)", log, re.S)
        for kernel, lines in kernels:
            used = re.search(r"Used (\d+) registers", lines)
            shared = re.search(r"(\d+) bytes smem", lines)
            spilled = re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", lines)
            print(f"{card} {kernel}: {used[1] if used else '?'} registers, {shared[1] if shared else 0} bytes shared")
            if spilled and spilled.groups() != ("0", "0"):
                spills.append(f"{card} {kernel}: {spilled[0]}")
        if not kernels:
            sys.exit(f"{card}: the compiler reported no kernel:\n{log}")
    if spills:
        sys.exit("\n".join(spills))


def main():
    match sys.argv[1:]:
        case ["ptx"]:
            ptx(check=False)
        case ["ptx", "--check"]:
            ptx(check=True)
        case ["registers"]:
            registers()
        case _:
            print(__doc__, file=sys.stderr)
            sys.exit(2)


main()
