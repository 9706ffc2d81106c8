package cli

import (
	"os/exec"
	"regexp"
	"testing"
)

// A client of AWS that is put into an interface brings all of its operations into the binary, EC2's seven hundred: the
// command line's parser looks methods up by name, so the linker can't tell which are called.
func TestTheBinaryHoldsFewOfAWSsOperations(t *testing.T) {
	symbols, err := exec.Command("go", "tool", "nm", program(t)).Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]int{} // operations, by service
	for _, m := range regexp.MustCompile(`service/(\w+)\.\(\*Client\)\.[A-Z]\w+\n`).FindAllSubmatch(symbols, -1) {
		linked[string(m[1])]++
	}
	for _, service := range []string{"ec2", "autoscaling", "iam", "ssm", "securityhub", "eventbridge"} {
		if n := linked[service]; n == 0 || n > 80 {
			t.Errorf("%d operations of %s are linked: hand its client out as internal/cloud/calls does, or as the one method that is needed", n, service)
		}
	}
}
