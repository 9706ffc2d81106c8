package config

// Lambda is what riposte needs where it runs as a function; its sources are the function's own triggers.
type Lambda struct {
	WakeQueue string `yaml:"wake_queue" help:"URL of a queue that invokes the function, in its region: delayed messages bring it back when something is due. Without one only the scheduled tick does."`
}

func (k checker) lambda() {
	if url := k.c.Lambda.WakeQueue; url != "" {
		k.queue(k.at("lambda", "wake_queue"), url, "")
	}
}
