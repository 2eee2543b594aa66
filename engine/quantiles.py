"""The inverse of the normal distribution function."""

from __future__ import annotations

import math
from typing import Any

from engine.kernels import inlined, kernel
from engine.signatures import F64

CENTRE, NEAR = 0.425, 5.0
# Coefficients of Wichura (1988), "Algorithm AS 241", Applied Statistics 37(3), highest power first.
_CENTRE_TOP = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
)  # fmt: skip
_CENTRE_LOW = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
)  # fmt: skip
_NEAR_TOP = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
    3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
)  # fmt: skip
_NEAR_LOW = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
    1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0,
    1.0,
)  # fmt: skip
_FAR_TOP = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
    2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0,
    6.65790464350110377720e0,
)  # fmt: skip
_FAR_LOW = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
    7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
    5.99832206555887937690e-1, 1.0,
)  # fmt: skip


@inlined
def _polynomial(c: Any, x: Any) -> Any:
    # Written out: through a loop over coefficients the compiler takes one number at a time.
    return ((((((c[0] * x + c[1]) * x + c[2]) * x + c[3]) * x + c[4]) * x + c[5]) * x + c[6]) * x + c[7]


@inlined
def central_quantile(q: Any) -> Any:
    """`normal_quantile` of 0.5 + q, for a q of at most `CENTRE` in size."""
    r = 0.180625 - q * q
    return q * _polynomial(_CENTRE_TOP, r) / _polynomial(_CENTRE_LOW, r)


@inlined
def tail_root(tail: Any) -> Any:
    """The variable of the expansions for the tails: the root of −log of the tail probability."""
    return math.sqrt(-math.log(tail))


@inlined
def near_quantile(root: Any) -> Any:
    """The size of `normal_quantile` beyond its middle, for a `tail_root` of at most `NEAR`."""
    return _polynomial(_NEAR_TOP, root - 1.6) / _polynomial(_NEAR_LOW, root - 1.6)


@inlined
def far_quantile(root: Any) -> Any:
    """The same for a root beyond that."""
    return _polynomial(_FAR_TOP, root - 5.0) / _polynomial(_FAR_LOW, root - 5.0)


@kernel(F64, returns=F64)
def normal_quantile(u: Any) -> Any:
    """Inverse of the standard normal distribution function for 0 < u < 1, to about 1e-15."""
    q = u - 0.5
    if abs(q) <= CENTRE:
        return central_quantile(q)
    root = tail_root(u if q < 0.0 else 1.0 - u)
    x = near_quantile(root) if root <= NEAR else far_quantile(root)
    return -x if q < 0.0 else x
