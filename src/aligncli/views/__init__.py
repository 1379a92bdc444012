"""What can be seen in a workspace: pure data, ready for any renderer."""
