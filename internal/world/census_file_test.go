package world_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/internal/world"
)

// clientsOf are the clients that the files of the census call, by service.
func clientsOf(c aws.Config) map[string]any {
	return map[string]any{
		"autoscaling": autoscaling.NewFromConfig(c), "cloudtrail": cloudtrail.NewFromConfig(c), "cloudwatch": cloudwatch.NewFromConfig(c), "ec2": ec2.NewFromConfig(c), "elasticloadbalancing": elasticloadbalancingv2.NewFromConfig(c), "iam": iam.NewFromConfig(c), "lambda": lambda.NewFromConfig(c), "rbin": rbin.NewFromConfig(c), "rds": rds.NewFromConfig(c), "redshift": redshift.NewFromConfig(c),
		"route53": route53.NewFromConfig(c), "s3": s3.NewFromConfig(c), "securityhub": securityhub.NewFromConfig(c), "ssm": ssm.NewFromConfig(c), "sts": sts.NewFromConfig(c),
	}
}

// calls makes those of a file, whose inputs may name parts of earlier outputs: $CreateFleet.FleetId.
type calls struct {
	clients map[string]any
	earlier map[string]any // outputs by operation, and what let gave a name
}

// take makes the calls of a file in a world of its own, and takes what stands below each of them: the key paths of its
// recorded records, or the reason why there are none. testdata/census.txt says how they are written.
func (c *census) take(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var w *world.World
	in, operation := calls{earlier: map[string]any{}}, ""
	for n, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		verb, rest, _ := strings.Cut(line, " ")
		switch below, is := strings.CutPrefix(line, "\t"); {
		case strings.HasPrefix(strings.TrimSpace(line), "#"):
		case is:
			err = c.note(operation, strings.Split(below, "\t"))
		case verb == "*":
			operation = verb
		case verb == "estate":
			w, in.clients = c.open(t, rest)
		case verb == "wait":
			d, wrong := time.ParseDuration(rest)
			pass(t, w, d)
			err = wrong
		case verb == "let":
			name, value, _ := strings.Cut(rest, " ")
			in.earlier[name] = value
		case verb == "refused":
			if operation, rest, _ = strings.Cut(rest, " "); in.call(t, operation, rest) == nil {
				err = fmt.Errorf("it was not refused")
			}
		default:
			operation = verb
			err = in.call(t, operation, rest)
		}
		if err != nil {
			t.Errorf("%s:%d: %v", file, n+1, err)
		}
	}
	if w != nil {
		c.worlds = append(c.worlds, w)
	}
}

// open makes the world of an estate, and the clients of its administrator.
func (c *census) open(t *testing.T, name string) (*world.World, map[string]any) {
	t.Helper()
	estate, by := map[string]string{"shop": shop, "fleets": fleets, "bank": bank, "databases": databases}[name], mallory
	if name == "bank" {
		by = eve
	}
	w, err := world.New([]byte(estate), world.Options{PropagationDelay: -1, AfterCall: func(service, operation string) error {
		c.called[service+"."+operation] = true
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return w, clientsOf(w.Config(ireland, by))
}

// note takes what a line below a call says.
func (c *census) note(operation string, line []string) error {
	switch {
	case len(line) == 2 && line[0] == "unrecorded":
		c.unrecorded[operation] = line[1]
		return nil
	case len(line) == 3 && line[2] == "ours":
		c.ours[operation+" "+line[0]+" "+line[1]] = true
		return nil
	case len(line) < 2, len(line) > 3, len(line) == 3 && line[2] != "always":
		return fmt.Errorf("this is no path with its types: %q", line)
	}
	if c.recorded[operation] == nil {
		c.recorded[operation] = shape{}
	}
	p := c.recorded[operation][line[0]]
	p.kinds, p.always = strings.Split(line[1], "|"), len(line) == 3
	c.recorded[operation][line[0]] = p
	return nil
}

var reference = regexp.MustCompile(`\$[\w.]+`)

// call makes one call of the SDK's own client, whose input is JSON.
func (in calls) call(t *testing.T, name, input string) error {
	t.Helper()
	service, operation, _ := strings.Cut(name, ".")
	method := reflect.ValueOf(in.clients[service]).MethodByName(operation)
	if !method.IsValid() {
		t.Fatalf("there is no call %s", name)
	}
	asked := reflect.New(method.Type().In(1).Elem())
	decoder := json.NewDecoder(strings.NewReader(reference.ReplaceAllStringFunc(input, func(path string) string {
		part, is := partAt(in.earlier, strings.Split(path[1:], ".")).(string)
		quoted, err := json.Marshal(part)
		if err != nil || !is {
			t.Fatalf("the input of %s names %s, which is no text of an earlier answer", name, path)
		}
		return string(quoted[1 : len(quoted)-1])
	})))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(asked.Interface()); err != nil {
		t.Fatalf("the input of %s: %v", name, err)
	}
	out := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), asked})
	if err, failed := out[1].Interface().(error); failed {
		return err
	}
	text, err := json.Marshal(out[0].Interface())
	if err != nil {
		return err
	}
	var answer any
	err = json.Unmarshal(text, &answer)
	in.earlier[operation] = answer
	return err
}

// partAt is the part of a tree to which the names and numbers of a path lead, nil where there is none.
func partAt(tree any, path []string) any {
	for _, step := range path {
		switch x := tree.(type) {
		case map[string]any:
			tree = x[step]
		case []any:
			if n, err := strconv.Atoi(step); err == nil && n < len(x) {
				tree = x[n]
			}
		}
	}
	return tree
}
