"""Ratios of our times to those of other libraries on the story workloads; never imported by the product."""
