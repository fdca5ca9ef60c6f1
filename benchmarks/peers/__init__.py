"""The workloads as the best user of each other library would write them."""
