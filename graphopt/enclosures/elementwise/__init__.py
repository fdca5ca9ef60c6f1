"""Elementwise functions over intervals: values, slopes, second derivatives, and what lies below and above."""
