"""The Python side of the sandbox: reads the person's files, runs the program, returns what it drew.

Seven functions are called from the worker, and nothing else is: `boot` or `restored`, then `load` or `thaw`, `adjust`, `freeze` and
`run`. They take and give JSON text; pictures and specifications go through the worker's `sink`, so that megabytes are not quoted into JSON.

What comes out of here is no more trusted than the program itself, which can reach every object of this interpreter.
The boundary is the frame around the worker; the care taken here only keeps an honest program from breaking its own
result by accident.
"""

from .boot import boot, restored
from .load import adjust, freeze, load, thaw
from .run import run

__all__ = ["adjust", "boot", "freeze", "load", "restored", "run", "thaw"]
