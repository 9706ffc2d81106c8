package serve

import "testing"

func TestWhatABurstTookIsGivenBack(t *testing.T) {
	burst := make([]byte, 3*spare)
	for i := range burst {
		burst[i] = 1
	}
	if held := holds(); held < 3*spare {
		t.Fatalf("a burst of %d bytes holds %d", len(burst), held)
	}
	burst = nil
	giveBack()
	if held := holds(); held > 2*spare {
		t.Errorf("%d bytes are still held", held)
	}
}
