"""What Java and Kotlin share: many programs run in one virtual machine, and cases called by reflection."""
