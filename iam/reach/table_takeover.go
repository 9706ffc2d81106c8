package reach

// Kinds of compute: what runs with a role.
const (
	Instance        Kind = "instance"
	Template        Kind = "launch template"
	DeploymentGroup Kind = "deployment group"
	Function        Kind = "function"
	Task            Kind = "task"
	TaskDefinition  Kind = "task definition"
	Project         Kind = "build project"
	Stack           Kind = "stack"
	StackSet        Kind = "stack set"
	DevEndpoint     Kind = "development endpoint"
	Notebook        Kind = "notebook"
	AppService      Kind = "app runner service"
	Interpreter     Kind = "code interpreter"
	JobDefinition   Kind = "job definition"
	StateMachine    Kind = "state machine"
	Cluster         Kind = "cluster"
)

// run says which service a kind of compute is of, as roles trust it, and the form of its ARN.
type run struct {
	kind          Kind
	service, form string
}

func runs() []run {
	return []run{
		{Instance, ec2, "ec2:instance/"},
		{Template, ec2, "ec2:launch-template/"},
		{DeploymentGroup, ec2, "codedeploy:deploymentgroup:"},
		{Function, lambda, "lambda:function:"},
		{Task, tasks, "ecs:task/"},
		{TaskDefinition, tasks, "ecs:task-definition/"},
		{Project, "codebuild.amazonaws.com", "codebuild:project/"},
		{Stack, "cloudformation.amazonaws.com", "cloudformation:stack/"},
		{StackSet, "cloudformation.amazonaws.com", "cloudformation:stackset/"},
		{DevEndpoint, "glue.amazonaws.com", "glue:devEndpoint/"},
		{Notebook, "sagemaker.amazonaws.com", "sagemaker:notebook-instance/"},
		{AppService, "tasks.apprunner.amazonaws.com", "apprunner:service/"},
		{Interpreter, "bedrock-agentcore.amazonaws.com", "bedrock-agentcore:code-interpreter-custom/"},
		{JobDefinition, tasks, "batch:job-definition/"},
		{StateMachine, "states.amazonaws.com", "states:stateMachine:"},
		{Cluster, "pods.eks.amazonaws.com", "eks:cluster/"},
	}
}

// takeoverTable is what something that exists gives: the role that it runs with.
func takeoverTable() []Technique {
	return []Technique{
		{ID: "ssm.session", Refs: refs("SSM", "001", "002"), Gain: Takeover, Kind: Instance, Needs: all(on(Target, "ssm:StartSession", "ssm:SendCommand"))},
		{ID: "ec2.user-data", Refs: refs("EC2", "002"), Gain: Takeover, Kind: Instance,
			Needs: all(on(Target, "ec2:ModifyInstanceAttribute"), on(Target, "ec2:StopInstances"), on(Target, "ec2:StartInstances"))},
		{ID: "ec2.instance-connect", Refs: refs("EC2INSTANCECONNECT", "003"), Gain: Takeover, Kind: Instance, Maybe: "there has to be a way to its port 22, or to its serial console",
			Needs: all(on(Target, "ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey"))},
		{ID: "ec2.template-version", Refs: refs("EC2", "004"), Gain: Deputy, Kind: Template, To: ec2,
			Needs: all(on(Target, "ec2:CreateLaunchTemplateVersion"), on(Target, "ec2:ModifyLaunchTemplate"))},
		{ID: "codedeploy.deployment", Refs: refs("CODEDEPLOY", "001"), Gain: Takeover, Kind: DeploymentGroup, Needs: all(on(Target, "codedeploy:CreateDeployment"))},
		{ID: "lambda.code", Refs: refs("LAMBDA", "003", "004", "005"), Gain: Takeover, Kind: Function, Needs: all(on(Target, "lambda:UpdateFunctionCode"))},
		{ID: "lambda.layer", Gain: Takeover, Kind: Function, Needs: all(on(Target, "lambda:UpdateFunctionConfiguration"))},
		{ID: "ecs.exec", Refs: refs("ECS", "006"), Gain: Takeover, Kind: Task, Needs: all(on(Target, "ecs:ExecuteCommand"))},
		{ID: "batch.job", Refs: refs("BATCH", "002"), Gain: Takeover, Kind: JobDefinition, Needs: all(on(Target, "batch:SubmitJob"))},
		{ID: "eks.access-entry", Gain: Takeover, Kind: Cluster, Maybe: "there has to be a way to the cluster's endpoint",
			Needs: all(on(Target, "eks:CreateAccessEntry"), on(Target, "eks:AssociateAccessPolicy"))},
		{ID: "codebuild.start", Refs: refs("CODEBUILD", "002", "003"), Gain: Takeover, Kind: Project,
			Needs: all(on(Target, "codebuild:StartBuild", "codebuild:StartBuildBatch", "codebuild:UpdateProject"))},
		{ID: "cloudformation.update", Refs: refs("CLOUDFORMATION", "002", "005"), Gain: Takeover, Kind: Stack,
			Needs: all(on(Target, "cloudformation:UpdateStack", "cloudformation:CreateChangeSet"))},
		{ID: "cloudformation.update-set", Refs: refs("CLOUDFORMATION", "004"), Gain: Takeover, Kind: StackSet, Needs: all(on(Target, "cloudformation:UpdateStackSet"))},
		{ID: "glue.dev-endpoint", Refs: refs("GLUE", "002"), Gain: Takeover, Kind: DevEndpoint, Needs: all(on(Target, "glue:UpdateDevEndpoint"))},
		{ID: "sagemaker.notebook", Refs: refs("SAGEMAKER", "004"), Gain: Takeover, Kind: Notebook, Needs: all(on(Target, "sagemaker:CreatePresignedNotebookInstanceUrl"))},
		{ID: "sagemaker.lifecycle", Refs: refs("SAGEMAKER", "005"), Gain: Takeover, Kind: Notebook,
			Needs: all(on(Target, "sagemaker:UpdateNotebookInstance"), on(Target, "sagemaker:StopNotebookInstance"), on(Target, "sagemaker:StartNotebookInstance"))},
		{ID: "apprunner.update", Refs: refs("APPRUNNER", "002"), Gain: Takeover, Kind: AppService, Needs: all(on(Target, "apprunner:UpdateService"))},
		{ID: "bedrock.interpreter", Refs: refs("BEDROCK", "002"), Gain: Takeover, Kind: Interpreter,
			Needs: all(on(Target, "bedrock-agentcore:StartCodeInterpreterSession"), on(Target, "bedrock-agentcore:InvokeCodeInterpreter"))},
		{ID: "states.update", Refs: refs("STEPFUNCTIONS", "002"), Gain: Takeover, Kind: StateMachine,
			Needs: all(on(Target, "states:UpdateStateMachine"))},
		{ID: "ecr.image", Gain: Takeover, Kind: Task, Maybe: "the image's tag has to be one that the task runs", Needs: all(fresh("ecr:repository/", "ecr:PutImage"))},
	}
}
