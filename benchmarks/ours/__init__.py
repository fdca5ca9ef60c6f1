"""The workloads in this project's own words."""
