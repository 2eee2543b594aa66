"""A cache prefetch for compiled kernels: LLVM's own instruction, which Numba does not expose by itself."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import Signature
from numba.extending import intrinsic


def _prefetch(typing_context: Any, array: Any, index: Any) -> tuple[Signature, Any]:
    signature = types.void(array, types.intp)

    insert: Any = cgutils.get_or_insert_function

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type = signature.args[0]
        view = context.make_array(array_type)(context, builder, arguments[0])
        pointer = builder.gep(view.data, [arguments[1]])
        byte_pointer = builder.bitcast(pointer, ir.IntType(8).as_pointer())
        flag = ir.IntType(32)
        function_type = ir.FunctionType(ir.VoidType(), [byte_pointer.type, flag, flag, flag])
        function = insert(builder.module, function_type, "llvm.prefetch.p0")
        read, keep_near, data = flag(0), flag(3), flag(1)
        builder.call(function, [byte_pointer, read, keep_near, data])
        return context.get_dummy_value()

    return signature, generate


# prefetch(array, i) asks for the cache line of array[i] ahead of its use; i is not checked.
prefetch: Any = intrinsic(_prefetch)
