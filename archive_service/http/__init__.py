"""What every request passes, whether a screen or the API answers it: the guard, who asks, errors as replies, headers."""
