"""`python -m deploy.local` starts, shows and demonstrates the stack on this machine; see `--help`."""

from deploy.local.cli import command

if __name__ == "__main__":
    command(prog_name="python -m deploy.local")
