"""A tuned model leaves the workspace, as files for others, compared with the evaluated one."""
