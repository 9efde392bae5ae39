"""What each likeness weighs: natural logarithms of odds.

Written by ``python -m benchmarks.quality --learn``; how they are learned is
in benchmarks/quality/README.md.

>>> sorted(WEIGHTS) == sorted(BIAS)
True
"""

# what a pair that shares a key is worth before its fields are looked at
BIAS = {
    "one name": -3.5,
    "half a name": -5.0,
    "two names": -8.0,
    "one nameless": -4.5,
    "no person": -9.01,
}
WEIGHTS = {
    "one name": {
        "birthdate": {"different": -1.5, "same": 6.02, "typo": 3.28},
        "city": {"different": 0.0, "part": 0.0, "same": 1.64, "typo": 2.56},
        "company": {"different": -0.58, "near": -0.01, "same": 3.19},
        "country": {"different": -1.0, "same": 1.17},
        "email": {
            "different": -2.23,
            "near": -1.5,
            "part": -1.5,
            "role": 2.94,
            "same": 8.6,
            "typo": 4.19,
        },
        "person": {"plain": -0.18, "same": 0.5, "typo": -0.85, "typos": -3.07},
        "phone": {"different": -1.82, "near": 4.85, "same": 7.35, "typo": 6.77},
        "street": {
            "different": 0.0,
            "near": 2.09,
            "number": 1.69,
            "same": 3.86,
            "typo": 3.68,
        },
        "zip": {"different": -0.25, "near": -1.5, "same": 3.85, "typo": 2.88},
    },
    "half a name": {
        "birthdate": {"different": -1.5, "same": 5.98, "typo": 2.69},
        "city": {"different": 0.0, "same": 1.34, "typo": 1.43},
        "company": {"different": -0.2, "near": -0.17, "same": 2.14},
        "country": {"different": -1.0, "same": 1.11},
        "email": {
            "different": -1.96,
            "near": -0.64,
            "part": -1.5,
            "role": 2.42,
            "same": 5.68,
            "typo": 3.96,
        },
        "person": {"called": -0.56, "like": 0.5, "short": -0.13, "single": 0.5},
        "phone": {"different": -1.04, "near": 1.99, "same": 3.76, "typo": 3.22},
        "street": {
            "different": 0.0,
            "near": 2.59,
            "number": 1.58,
            "same": 1.6,
            "typo": 1.95,
        },
        "zip": {"different": 0.0, "near": -1.5, "same": 1.03, "typo": 0.41},
    },
    "two names": {
        "birthdate": {"different": -1.5, "same": 9.0, "typo": 5.06},
        "city": {"different": 0.0, "part": -0.0, "same": 0.49, "typo": 2.21},
        "company": {"different": -0.38, "near": -0.2, "same": 0.0, "typo": 0.0},
        "country": {"different": -1.0, "same": 1.8},
        "email": {
            "different": -3.98,
            "near": -0.32,
            "part": -1.5,
            "role": 0.0,
            "same": 2.44,
            "typo": 1.03,
        },
        "person": {"different": -2.85, "family": -1.03, "given": 0.5},
        "phone": {"different": -4.0, "near": -0.89, "same": 0.0, "typo": 0.0},
        "street": {
            "different": 0.0,
            "near": 2.99,
            "number": 2.53,
            "same": 0.06,
            "typo": 2.17,
        },
        "zip": {"different": -1.55, "near": 2.63, "same": 2.23, "typo": 3.1},
    },
    "one nameless": {
        "birthdate": {"different": -1.5, "same": 4.77, "typo": 0.87},
        "city": {"different": 0.0, "same": 0.8, "typo": 0.25},
        "company": {
            "different": -0.12,
            "near": -1.5,
            "part": 0.77,
            "same": 2.73,
            "typo": 3.75,
        },
        "country": {"same": 0.36},
        "email": {
            "different": -1.6,
            "near": 1.06,
            "part": -1.5,
            "role": 4.5,
            "same": 5.61,
            "typo": 2.13,
        },
        "phone": {"different": -0.48, "near": 1.4, "same": 3.45, "typo": 1.64},
        "street": {
            "different": 0.0,
            "near": 0.51,
            "number": 0.0,
            "same": 0.56,
            "typo": 0.95,
        },
        "vat": {"different": -1.5, "same": 3.15},
        "zip": {"different": -0.07, "near": 1.07, "same": 0.44, "typo": 0.2},
    },
    "no person": {
        "city": {"different": -1.87, "same": 1.33, "typo": 0.54},
        "company": {
            "different": -0.27,
            "near": -1.5,
            "part": 6.0,
            "same": 9.0,
            "typo": 8.0,
        },
        "country": {"different": -1.0, "same": 0.0},
        "email": {
            "different": -4.0,
            "part": 2.1,
            "role": 7.55,
            "same": 0.0,
            "typo": 0.0,
        },
        "phone": {"different": -1.12, "near": 2.18, "same": 4.76, "typo": 3.77},
        "street": {
            "different": -0.01,
            "near": 0.72,
            "number": 0.99,
            "same": 2.39,
            "typo": 1.77,
        },
        "vat": {"different": -1.6, "same": 4.35},
        "zip": {"different": -0.44, "near": -1.5, "same": 0.85, "typo": 0.24},
    },
}
