"""Goes and looks: the gate, the hosts, the walk and the page model. Judges nothing."""
