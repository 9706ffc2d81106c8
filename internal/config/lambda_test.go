package config_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

func TestWakeQueue(t *testing.T) {
	url := "https://sqs.eu-west-1.amazonaws.com/999900001111/riposte-wake"
	got, err := config.Parse("riposte.yaml", []byte("lambda: {wake_queue: "+url+"}"), playbooks.All())
	if err != nil || got.Lambda.WakeQueue != url {
		t.Errorf("want the URL as it is, got %+v, %v", got, err)
	}
	_, err = config.Parse("riposte.yaml", []byte("lambda: {wake_queue: riposte-wake}"), playbooks.All())
	if err == nil || !strings.Contains(err.Error(), "want the queue's URL") {
		t.Errorf("a name was taken for a URL: %v", err)
	}
}
