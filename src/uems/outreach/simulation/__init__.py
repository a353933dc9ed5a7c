"""What would a flow have done? Real history, gone through again without anything reaching anybody."""
