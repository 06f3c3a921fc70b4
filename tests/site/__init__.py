"""Tests of autograder/site."""
