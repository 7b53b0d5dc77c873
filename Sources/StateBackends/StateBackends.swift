// StateBackends
