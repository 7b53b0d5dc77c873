// CheckpointStorage
