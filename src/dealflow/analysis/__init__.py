"""Playbooks looked at like code: what they cover, allow and mean. Pure functions, nothing else."""
