package launch

// Found are the images: another instance of one is the same finding, another image is not.
func (f launched) Found() (of []string) {
	for _, m := range f.Instances {
		if m.Image != "" {
			of = append(of, "image "+m.Image)
		}
	}
	if len(f.Instances) == 0 && f.Source != nil {
		for _, image := range f.Source.Images {
			of = append(of, "image "+image)
		}
	}
	return of
}

// Found are the images that would be launched, by whatever version.
func (f prepared) Found() (of []string) {
	for _, b := range f.Bad {
		if b.Image != "" {
			of = append(of, "image "+b.Image)
		}
	}
	return of
}

// Found is the one instance: a caller who is known to work on it is not known to work on others.
func (f unprotected) Found() []string { return []string{"protection of instance " + f.Instance.ID} }
