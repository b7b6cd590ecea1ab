# The rules as they were in January: two lines of playbook.toml, as they stood then.
#   sed -f before.sed playbook.toml > before.toml
s/^version = "1.1.0"/version = "1.0.0"/
s/^when = "ovens.count >= 3"/when = "ovens.count > 3"/
/^\[guards.budget_covers\]/a\
standing = false
