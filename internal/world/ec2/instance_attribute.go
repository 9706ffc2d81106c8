package ec2

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// attributeChange is ModifyInstanceAttribute in one form, whichever of its spellings the caller used.
type attributeChange struct {
	name   types.InstanceAttributeName
	value  string
	groups []string
}

// attributeChanges reads both spellings: a named attribute with a text value, and a member for each attribute.
func attributeChanges(in *ec2.ModifyInstanceAttributeInput) []attributeChange {
	var all []attributeChange
	if in.Attribute != "" {
		all = append(all, attributeChange{name: in.Attribute, value: aws.ToString(in.Value)})
	}
	if v := in.DisableApiTermination; v != nil {
		all = append(all, attributeChange{name: types.InstanceAttributeNameDisableApiTermination, value: strconv.FormatBool(aws.ToBool(v.Value))})
	}
	if v := in.DisableApiStop; v != nil {
		all = append(all, attributeChange{name: types.InstanceAttributeNameDisableApiStop, value: strconv.FormatBool(aws.ToBool(v.Value))})
	}
	if v := in.InstanceInitiatedShutdownBehavior; v != nil {
		all = append(all, attributeChange{name: types.InstanceAttributeNameInstanceInitiatedShutdownBehavior, value: aws.ToString(v.Value)})
	}
	if in.Groups != nil {
		all = append(all, attributeChange{name: types.InstanceAttributeNameGroupSet, groups: in.Groups})
	}
	return all
}

// modifyInstanceAttribute changes one attribute: AWS refuses more in one call.
func modifyInstanceAttribute(c *core.Call, in *ec2.ModifyInstanceAttributeInput, i *Instance) (*ec2.ModifyInstanceAttributeOutput, *core.Refusal) {
	changes := attributeChanges(in)
	if len(changes) == 0 {
		return nil, core.Refuse("MissingParameter", "The request must contain an attribute to modify")
	}
	if len(changes) > 1 {
		return nil, core.Refuse("InvalidParameterCombination", "Fields for multiple attribute types specified")
	}
	if i.Gone() {
		return nil, wrongState(i, "modified")
	}

	a, out := changes[0], &ec2.ModifyInstanceAttributeOutput{}
	invalid := core.Refuse("InvalidParameterValue", "Value (%s) for parameter %s is invalid.", a.value, a.name)
	switch a.name {
	case types.InstanceAttributeNameDisableApiTermination, types.InstanceAttributeNameDisableApiStop:
		on, err := strconv.ParseBool(a.value)
		if err != nil {
			return nil, invalid
		}
		if a.name == types.InstanceAttributeNameDisableApiStop {
			i.StopProtected = on
		} else {
			i.Protected = on
		}
	case types.InstanceAttributeNameInstanceInitiatedShutdownBehavior:
		if a.value != "stop" && a.value != "terminate" {
			return nil, invalid
		}
		i.Shutdown = a.value
	case types.InstanceAttributeNameGroupSet:
		return out, setGroups(c, i.Interface, a.groups)
	default:
		return nil, core.Refuse("InvalidParameterValue", "The world does not model the attribute %s", a.name)
	}
	return out, nil
}

// attributeNeeds brings the keys as AWS was seen to for a member of its own: the attribute's name as the member has it, and
// its value. What it brings for an attribute named in Attribute is unverified: here, no value.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html#attribute-key
func attributeNeeds(c *core.Call, in *ec2.ModifyInstanceAttributeInput) []core.Need {
	needs := ofInstances(c, in)
	context := map[string][]string{}
	for _, a := range attributeChanges(in) {
		name := string(a.name)
		if in.Attribute == "" {
			name = strings.ToUpper(name[:1]) + name[1:]
			if a.name != types.InstanceAttributeNameGroupSet {
				context["ec2:Attribute/"+name] = []string{a.value}
			}
		}
		context["ec2:Attribute"] = []string{name}
	}
	needs[0].Context = context
	return needs
}

// returned is the response of EC2's calls that say no more than that they were carried out.
func returned[O any](c *core.Call, _ *O) any {
	return core.Fields{"requestId": c.RequestID, "_return": true}
}

func describeInstanceAttribute(c *core.Call, in *ec2.DescribeInstanceAttributeInput, i *Instance) (*ec2.DescribeInstanceAttributeOutput, *core.Refusal) {
	out := &ec2.DescribeInstanceAttributeOutput{InstanceId: aws.String(i.ID)}
	switch in.Attribute {
	case types.InstanceAttributeNameDisableApiTermination:
		out.DisableApiTermination = &types.AttributeBooleanValue{Value: aws.Bool(i.Protected)}
	case types.InstanceAttributeNameDisableApiStop:
		out.DisableApiStop = &types.AttributeBooleanValue{Value: aws.Bool(i.StopProtected)}
	case types.InstanceAttributeNameInstanceInitiatedShutdownBehavior:
		out.InstanceInitiatedShutdownBehavior = &types.AttributeValue{Value: aws.String(i.Shutdown)}
	case types.InstanceAttributeNameGroupSet:
		out.Groups = identifiers(c.At, i.Interface)
	case types.InstanceAttributeNameUserData:
		out.UserData = &types.AttributeValue{Value: aws.String(i.UserData)}
	default:
		return nil, core.Refuse("InvalidParameterValue", "The world does not model the attribute %s", in.Attribute)
	}
	return out, nil
}
