"""Tests of whole houses: started, killed, stopped and looked at from outside."""
