"""What a workspace folder holds: whole artifacts, the answers paid for, and the runs' reports."""

from byeori.store.artifacts import Artifact, ArtifactStore, Making
from byeori.store.workspace import Workspace

__all__ = ["Artifact", "ArtifactStore", "Making", "Workspace"]
