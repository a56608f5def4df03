//! The text of layers in presets, in runs' manifests and on the socket: what older versions of the program wrote can be
//! read, and what is written now has the same form.

use super::Layer;
use crate::preset::parse::parse;

/// A layer of every kind as RON and as JSON, every field written.
const WRITTEN: &[(&str, &str)] = &[
    (
        r#"Dense(units:3,activation:linear,use_bias:true,kernel_initializer:glorot_uniform,kernel_regularizer:(l1:0.0,l2:0.0))"#,
        r#"{"Dense":{"units":3,"activation":"linear","use_bias":true,"kernel_initializer":"glorot_uniform","kernel_regularizer":{"l1":0.0,"l2":0.0}}}"#,
    ),
    (
        r#"Conv2D(filters:32,kernel_size:(3,5),strides:1,padding:valid,dilation_rate:1,groups:1,activation:relu,use_bias:true,kernel_initializer:glorot_uniform,kernel_regularizer:(l1:0.0,l2:0.0))"#,
        r#"{"Conv2D":{"filters":32,"kernel_size":[3,5],"strides":1,"padding":"valid","dilation_rate":1,"groups":1,"activation":"relu","use_bias":true,"kernel_initializer":"glorot_uniform","kernel_regularizer":{"l1":0.0,"l2":0.0}}}"#,
    ),
    (
        r#"Conv2DTranspose(filters:4,kernel_size:3,strides:2,padding:same,activation:linear,use_bias:true,kernel_initializer:glorot_uniform,kernel_regularizer:(l1:0.0,l2:0.0))"#,
        r#"{"Conv2DTranspose":{"filters":4,"kernel_size":3,"strides":2,"padding":"same","activation":"linear","use_bias":true,"kernel_initializer":"glorot_uniform","kernel_regularizer":{"l1":0.0,"l2":0.0}}}"#,
    ),
    (
        r#"Conv1D(filters:4,kernel_size:3,strides:1,padding:valid,dilation_rate:1,groups:1,activation:linear,use_bias:true,kernel_initializer:constant(0.5),kernel_regularizer:(l1:0.0,l2:0.0))"#,
        r#"{"Conv1D":{"filters":4,"kernel_size":3,"strides":1,"padding":"valid","dilation_rate":1,"groups":1,"activation":"linear","use_bias":true,"kernel_initializer":{"constant":0.5},"kernel_regularizer":{"l1":0.0,"l2":0.0}}}"#,
    ),
    (
        r#"MaxPooling2D(pool_size:2,strides:None,padding:valid)"#,
        r#"{"MaxPooling2D":{"pool_size":2,"strides":null,"padding":"valid"}}"#,
    ),
    (
        r#"AveragePooling2D(pool_size:3,strides:Some((1,2)),padding:valid)"#,
        r#"{"AveragePooling2D":{"pool_size":3,"strides":[1,2],"padding":"valid"}}"#,
    ),
    (
        r#"MaxPooling1D(pool_size:2,strides:Some(1),padding:valid)"#,
        r#"{"MaxPooling1D":{"pool_size":2,"strides":1,"padding":"valid"}}"#,
    ),
    (r#"GlobalAveragePooling2D"#, r#""GlobalAveragePooling2D""#),
    (r#"Flatten"#, r#""Flatten""#),
    (r#"Reshape(target_shape:[7,7,2])"#, r#"{"Reshape":{"target_shape":[7,7,2]}}"#),
    (r#"UpSampling2D(size:2)"#, r#"{"UpSampling2D":{"size":2}}"#),
    (
        r#"BatchNormalization(momentum:0.99,epsilon:0.001)"#,
        r#"{"BatchNormalization":{"momentum":0.99,"epsilon":0.001}}"#,
    ),
    (r#"LayerNormalization(epsilon:0.001)"#, r#"{"LayerNormalization":{"epsilon":0.001}}"#),
    (r#"Dropout(rate:0.25)"#, r#"{"Dropout":{"rate":0.25}}"#),
    (r#"Activation(relu)"#, r#"{"Activation":"relu"}"#),
    (r#"Embedding(input_dim:9,output_dim:4)"#, r#"{"Embedding":{"input_dim":9,"output_dim":4}}"#),
    (
        r#"ColumnEmbedding(columns:[(place:2,words:51,size:3)])"#,
        r#"{"ColumnEmbedding":{"columns":[{"place":2,"words":51,"size":3}]}}"#,
    ),
    (
        r#"SimpleRNN(units:3,activation:tanh,return_sequences:false,go_backwards:false)"#,
        r#"{"SimpleRNN":{"units":3,"activation":"tanh","return_sequences":false,"go_backwards":false}}"#,
    ),
    (
        r#"LSTM(units:3,return_sequences:false,go_backwards:false,unit_forget_bias:true,stateful:true)"#,
        r#"{"LSTM":{"units":3,"return_sequences":false,"go_backwards":false,"unit_forget_bias":true,"stateful":true}}"#,
    ),
    (
        r#"GRU(units:3,return_sequences:false,go_backwards:false)"#,
        r#"{"GRU":{"units":3,"return_sequences":false,"go_backwards":false}}"#,
    ),
    (
        r#"Bidirectional(LSTM(units:3,return_sequences:false,go_backwards:false,unit_forget_bias:true,stateful:false))"#,
        r#"{"Bidirectional":{"LSTM":{"units":3,"return_sequences":false,"go_backwards":false,"unit_forget_bias":true,"stateful":false}}}"#,
    ),
    (
        r#"MultiHeadAttention(num_heads:2,key_dim:4,causal:false)"#,
        r#"{"MultiHeadAttention":{"num_heads":2,"key_dim":4,"causal":false}}"#,
    ),
    (
        r#"TransformerEncoder(num_heads:2,key_dim:4,ff_dim:8,dropout:0.0,causal:false)"#,
        r#"{"TransformerEncoder":{"num_heads":2,"key_dim":4,"ff_dim":8,"dropout":0.0,"causal":false}}"#,
    ),
    (
        r#"DepthwiseConv2D(kernel_size:3,strides:1,padding:same,depth_multiplier:2,dilation_rate:1,activation:linear,use_bias:true,depthwise_initializer:glorot_uniform,depthwise_regularizer:(l1:0.0,l2:0.0))"#,
        r#"{"DepthwiseConv2D":{"kernel_size":3,"strides":1,"padding":"same","depth_multiplier":2,"dilation_rate":1,"activation":"linear","use_bias":true,"depthwise_initializer":"glorot_uniform","depthwise_regularizer":{"l1":0.0,"l2":0.0}}}"#,
    ),
    (
        r#"PReLU(shared_axes:[1,2],alpha_regularizer:(l1:0.0,l2:0.0))"#,
        r#"{"PReLU":{"shared_axes":[1,2],"alpha_regularizer":{"l1":0.0,"l2":0.0}}}"#,
    ),
    (r#"LeakyReLU(negative_slope:0.25)"#, r#"{"LeakyReLU":{"negative_slope":0.25}}"#),
    (r#"ZeroPadding2D(padding:(1,2),end:Some(0))"#, r#"{"ZeroPadding2D":{"padding":[1,2],"end":0}}"#),
    (r#"Cropping2D(cropping:1,end:None)"#, r#"{"Cropping2D":{"cropping":1,"end":null}}"#),
    (r#"RepeatVector(n:4)"#, r#"{"RepeatVector":{"n":4}}"#),
    (r#"GlobalMaxPooling2D"#, r#""GlobalMaxPooling2D""#),
    (r#"Input(columns:["user"])"#, r#"{"Input":{"columns":["user"]}}"#),
    (
        r#"Branches(merge:concatenate,branches:[[Flatten],[]])"#,
        r#"{"Branches":{"merge":"concatenate","branches":[["Flatten"],[]]}}"#,
    ),
    (r#"PositionEmbedding"#, r#""PositionEmbedding""#),
    (r#"GlobalAveragePooling1D"#, r#""GlobalAveragePooling1D""#),
    (
        r#"Residual(layers:[Dense(units:3,activation:linear,use_bias:true,kernel_initializer:glorot_uniform,kernel_regularizer:(l1:0.0,l2:0.0)),Flatten,Activation(tanh)])"#,
        r#"{"Residual":{"layers":[{"Dense":{"units":3,"activation":"linear","use_bias":true,"kernel_initializer":"glorot_uniform","kernel_regularizer":{"l1":0.0,"l2":0.0}}},"Flatten",{"Activation":"tanh"}]}}"#,
    ),
];

#[test]
fn layers_are_read_and_written_as_ever() {
    for (in_ron, in_json) in WRITTEN {
        let layer: Layer = ron::from_str(in_ron).unwrap();
        assert_eq!(ron::to_string(&layer).unwrap(), *in_ron);
        assert_eq!(serde_json::to_string(&layer).unwrap(), *in_json);
        assert_eq!(serde_json::from_str::<Layer>(in_json).unwrap(), layer);
        assert!(in_ron.starts_with(layer.kind()), "{in_ron}");
    }
}

#[test]
fn a_pretty_layer_has_no_parentheses_of_its_own() {
    let layer: Layer = ron::from_str("Bidirectional(GRU(units: 3))").unwrap();
    let text = ron::ser::to_string_pretty(&layer, ron::ser::PrettyConfig::default()).unwrap();
    let expected =
        "Bidirectional(GRU(\n    units: 3,\n    return_sequences: false,\n    go_backwards: false,\n))";
    assert_eq!(text, expected);
}

/// The error of a preset with this layer, with the help at the end.
fn refusal(layer: &str) -> String {
    let text = format!(
        r#"(name: "x", title: "", data: (source: mnist), layers: [{layer}], loss: mean_squared_error,
            optimizer: SGD(), train: (epochs: 1))"#
    );
    let error = parse(&text, "my.ron").unwrap_err();
    format!("{}; {}", error.problem, error.help)
}

#[test]
fn what_is_wrong_in_a_layer_is_said_with_its_kind_and_what_would_be_valid() {
    for (layer, expected) in [
        (
            r#"Dense(unit: 3)"#,
            r#"unknown field 'unit' of Dense; did you mean units? valid: units, activation, use_bias, kernel_initializer, kernel_regularizer"#,
        ),
        (r#"Dense()"#, r#"the field 'units' of Dense is missing; add units: …"#),
        (
            r#"Dense"#,
            r#"no parentheses open here; a group of fields stands in parentheses: (epochs: 20, batch_size: 32)"#,
        ),
        (
            r#"Activation(rel)"#,
            r#"unknown activation 'rel'; did you mean relu? valid: linear, sigmoid, relu, tanh, softmax, leaky_relu, elu, gelu, silu, softplus"#,
        ),
        (
            r#"Activation(relu, 3)"#,
            r#"the parentheses do not close here; write ), and commas between the fields"#,
        ),
        (
            r#"Bidirectional(LSTM(unit: 3))"#,
            r#"unknown field 'unit' of LSTM; did you mean units? valid: units, return_sequences, go_backwards, unit_forget_bias, stateful"#,
        ),
        (r#"Residual(layers: Flatten)"#, r#"no list begins here; a list stands in brackets: […]"#),
    ] {
        assert_eq!(refusal(layer), expected);
    }
    let shown = refusal("Dens(units: 3)");
    assert!(shown.starts_with("unknown layer 'Dens'; did you mean Dense? valid: Dense, Conv2D, "), "{shown}");
    assert!(!refusal("Flatten()").is_empty() && !refusal("Dense(3)").is_empty());
}
