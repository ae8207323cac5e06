"""Scales with the continuous output of Toledo and METTLER TOLEDO indicators, over TCP."""
