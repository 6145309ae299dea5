"""What pyproject.toml cannot say: scenarios/promises is a part of the installed package."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["harness*"]), "harness.promises"],
    package_dir={"harness.promises": "scenarios/promises"},
)
