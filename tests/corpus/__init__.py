"""Files that a phone, a scanner or an attacker may hand in: all made here, none of them kept."""
