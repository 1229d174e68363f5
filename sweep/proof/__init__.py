"""What can be shown: archives, evidence of a finding, replay, retention."""
