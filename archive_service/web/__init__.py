"""Screens: one module per screen, thin: parse, authorise, call one service, render."""
