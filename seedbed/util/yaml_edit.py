"""YAML that people wrote, changed by a program: comments and order are kept."""

from ruamel.yaml import YAML


def yaml_editor() -> YAML:
    """Return a round-trip reader and writer in block style, as `params.yaml` is written."""
    yaml = YAML()
    yaml.width = 4096
    yaml.preserve_quotes = True
    yaml.representer.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
