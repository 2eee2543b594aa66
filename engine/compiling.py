"""From declared kernels to native code: the only part of the engine that imports Numba, and only when a kernel is
not on disk yet."""

from __future__ import annotations

import ctypes
from typing import Any

import numba.core.compiler_lock
import numba.np.arrayobj
from llvmlite import ir
from numba.extending import intrinsic

from engine.kernels import Array, Deferred, Kernel, Scalar, Spec, Tuple
from engine.native import DATA_AT, SHAPE_AT, Code

# Numba's inner parts carry no types of their own.
njit: Any = numba.njit
types: Any = numba.types
compiler: Any = numba.core.compiler
cgutils: Any = numba.core.cgutils
target: Any = numba.core.registry.cpu_target
populate_array: Any = numba.np.arrayobj.populate_array


def numba_type(spec: Spec | None) -> Any:
    """Numba's name for a declared type."""
    if spec is None:
        return types.void
    if isinstance(spec, Scalar):
        return getattr(types, spec.dtype)
    if isinstance(spec, Array):
        return types.Array(getattr(types, spec.dtype), spec.ndim, "C", readonly=not spec.writable)
    return types.UniTuple(numba_type(spec.item), spec.size)


def dispatcher(deferred: Deferred) -> Any:
    """The Numba function of a kernel or of a part of one; kernels get their one signature and no other."""
    options = {name: value for name, value in deferred.targetoptions.items() if name != "nopython"}
    # Arrays belong to the caller, so there is nothing to count references of.
    made: Any = njit(_nrt=False, **options)(deferred.py_func)
    if isinstance(deferred, Kernel):
        made.compile(numba_type(deferred.returns)(*map(numba_type, deferred.arguments)))
        made.disable_compile()
    return made


@numba.core.compiler_lock.global_compiler_lock
def compile_kernel(kernel: Kernel) -> Code:
    """Native code of a kernel behind an entry point that takes pointers and sizes."""
    flags = compiler.Flags()
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.nrt = False
    entry, entry_types = _entry_point(kernel)
    compiled: Any = compiler.compile_extra(
        target.typing_context,
        target.target_context,
        entry,
        entry_types,
        numba_type(kernel.returns),
        flags,
        {},
    )
    library: Any = compiled.library
    _check_symbols(kernel, library)
    return Code(compiled.fndesc.llvm_func_name, library._get_compiled_object())


def _entry_point(kernel: Kernel) -> tuple[Any, tuple[Any, ...]]:
    """A function over numbers and the addresses of array objects that calls the kernel with arrays."""
    names: list[str] = []
    kinds: list[Any] = []
    space: dict[str, Any] = {"kernel": kernel.dispatcher}

    def argument(spec: Spec) -> str:
        if isinstance(spec, Tuple):
            return f"({', '.join(argument(spec.item) for _ in range(spec.size))},)"
        names.append(f"a{len(names)}")
        if isinstance(spec, Scalar):
            kinds.append(numba_type(spec))
            return names[-1]
        kinds.append(types.voidptr)
        view = f"view_{spec.dtype}_{spec.ndim}"
        space[view] = intrinsic(_view_of(spec))
        return f"{view}({names[-1]})"

    call = ", ".join(argument(spec) for spec in kernel.arguments)
    source = f"def entry({', '.join(names)}):\n    return kernel({call})\n"
    exec(compile(source, f"<entry of {kernel.__name__}>", "exec"), space)  # noqa: S102
    return space["entry"], tuple(kinds)


def _view_of(spec: Array) -> Any:
    """Reads a C-contiguous array's address and shape from its NumPy object, which the caller keeps alive."""
    array_type = types.Array(getattr(types, spec.dtype), spec.ndim, "C")

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(array_type)(context, builder)
        item = context.get_data_type(array_type.dtype)
        size = context.get_value_type(types.intp)

        def field(offset: int, kind: Any) -> Any:
            place = builder.gep(arguments[0], [size(offset)])
            return builder.load(builder.bitcast(place, kind.as_pointer().as_pointer()))

        item_size = context.get_constant(types.intp, context.get_abi_sizeof(item))
        dimensions = field(SHAPE_AT, size)
        sizes = [builder.load(builder.gep(dimensions, [size(axis)])) for axis in range(spec.ndim)]
        strides = [item_size]
        for extent in reversed(sizes[1:]):
            strides.insert(0, builder.mul(strides[0], extent))
        populate_array(
            array,
            data=field(DATA_AT, item),
            shape=sizes,
            strides=strides,
            itemsize=item_size,
            meminfo=None,
        )
        return array._getvalue()

    return lambda typing_context, address: (array_type(address), emit)


def _check_symbols(kernel: Kernel, library: Any) -> None:
    # Loading code with a missing symbol would end the process, so it is found out here.
    process = ctypes.CDLL(None)
    missing = [
        function.name
        for function in library._final_module.functions
        if function.is_declaration
        and not function.name.startswith("llvm.")
        and not hasattr(process, function.name)
    ]
    if missing:
        raise TypeError(f"kernel {kernel.__name__} needs {', '.join(missing)} of Numba; use no such feature")


def _emit_prefetch(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    view = context.make_array(signature.args[0])(context, builder, arguments[0])
    byte_pointer = builder.bitcast(builder.gep(view.data, [arguments[1]]), ir.IntType(8).as_pointer())
    flag = ir.IntType(32)
    function_type = ir.FunctionType(ir.VoidType(), [byte_pointer.type, flag, flag, flag])
    function = cgutils.get_or_insert_function(builder.module, function_type, "llvm.prefetch.p0")
    read, keep_near, data = flag(0), flag(3), flag(1)
    builder.call(function, [byte_pointer, read, keep_near, data])
    return context.get_dummy_value()


@intrinsic
def _prefetch(typing_context: Any, array: Any, index: Any) -> tuple[Any, Any]:
    return types.void(array, types.intp), _emit_prefetch


def _emit_fold(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    wide, narrow = ir.IntType(128), ir.IntType(64)
    product = builder.mul(*(builder.zext(word, wide) for word in arguments))
    high = builder.trunc(builder.lshr(product, wide(64)), narrow)
    return builder.xor(high, builder.trunc(product, narrow))


@intrinsic
def _fold(typing_context: Any, a: Any, b: Any) -> tuple[Any, Any]:
    return types.uint64(types.uint64, types.uint64), _emit_fold


def _emit_natural(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    builder.assume(builder.icmp_signed(">=", arguments[0], arguments[0].type(0)))
    return arguments[0]


@intrinsic
def _natural(typing_context: Any, value: Any) -> tuple[Any, Any]:
    return types.int64(types.int64), _emit_natural


def instruction_type(name: str) -> Any:
    """The type of one of engine.instructions."""
    target.typing_context.refresh()
    return target.typing_context.resolve_value_type(
        {"prefetch": _prefetch, "fold": _fold, "natural": _natural}[name]
    )
